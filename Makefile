# postern: `make help` lists what there is.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := all
MAKEFLAGS   += --no-builtin-rules
BUILD       ?= build
CC          := gcc
VERSION     := 0.1.0

PACKAGES  := libuv libwebsockets libmicrohttpd sqlite3 libssl libcrypto libpcre2-8
WARNINGS  := -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion \
    -Wno-unused-parameter -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
    -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough \
    -Wswitch-enum
OPTIMISE  ?= -O2 -g
CFLAGS    = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -fstack-protector-strong $(OPTIMISE) $(SANITIZE) \
    -DPOSTERN_VERSION='"$(VERSION)"' -Iemulator -I. $(shell pkg-config --cflags $(PACKAGES) 2>/dev/null)
LIBS      = $(shell pkg-config --libs $(PACKAGES) 2>/dev/null) -lpthread

SOURCES   := $(wildcard emulator/*.c emulator/*/*.c)
CLI       := $(wildcard cli/*.c)
EMBEDDED  := $(sort $(wildcard schemas/*.json schemas/*/*.json schemas/*/*.sql emulator/lambda/bootstrap/*))
LIBRARY   := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/embedded_files.o
OBJECTS   := $(LIBRARY) $(CLI:%.c=$(BUILD)/%.o)

# Who may include whom: the folders below each one (and itself).
USES_base      := base
USES_json      := base json
USES_crypto    := base crypto
USES_loop      := base loop
USES_http      := base json crypto loop http
USES_websocket := base loop websocket
USES_front     := base crypto loop http front
USES_model     := base json crypto model
USES_store     := base json crypto loop model store
USES_lambda    := base json crypto loop http model store lambda
USES_gateway   := base json crypto loop http websocket front model store lambda gateway
USES_project   := base json crypto loop model project
USES_admin     := base json loop http model lambda gateway admin
LAYERS         := base json crypto loop http websocket front model store lambda gateway project admin

.PHONY: all
all: $(BUILD)/postern ## Build build/postern

$(BUILD)/postern: $(OBJECTS)
	@echo "  LINK  $@"
	@$(CC) $(SANITIZE) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/embedded_files.o: $(EMBEDDED) scripts/embed.sh
	@mkdir -p $(@D)
	scripts/embed.sh $(EMBEDDED) > $(BUILD)/embedded_files.S
	$(CC) -c -o $@ $(BUILD)/embedded_files.S

# The objects of one folder: make layer-lambda
.PHONY: $(LAYERS:%=layer-%)
$(LAYERS:%=layer-%): layer-%:
	$(MAKE) --no-print-directory $(patsubst %.c,$(BUILD)/%.o,$(wildcard emulator/$*/*.c))

# Unit tests: tests/unit/<folder>/<name>_test.c is linked with its folder and those below it.
UNIT_TESTS := $(wildcard tests/unit/*/*_test.c)
UNIT       := $(UNIT_TESTS:%.c=$(BUILD)/%)

.SECONDEXPANSION:
$(UNIT): $(BUILD)/tests/unit/%: tests/unit/%.c $$(foreach folder,$$(USES_$$(firstword $$(subst /, ,$$*))),$$(patsubst %.c,$(BUILD)/%.o,$$(wildcard emulator/$$(folder)/*.c))) $(BUILD)/embedded_files.o
	@mkdir -p $(@D)
	@echo "  LINK  $@"
	@$(CC) $(CFLAGS) -Itests/unit -o $@ $^ $(LIBS) -lcmocka

.PHONY: check-unit
check-unit: $(UNIT) ## Unit tests; T=word runs only those with that word in the name
	@failed=0; for test in $(UNIT); do case "$$test" in *$(T)*) $$test || failed=1;; esac; done; exit $$failed

.PHONY: clean
clean: ## Remove what was built
	rm -rf $(BUILD)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z][a-z-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

-include $(OBJECTS:.o=.d)
