# postern: `make help` lists what there is.

SHELL       := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := all
MAKEFLAGS   += --no-builtin-rules
BUILD       ?= build
CC          := gcc
VERSION     := 0.1.0

PACKAGES  := libuv libwebsockets libmicrohttpd sqlite3 libssl libcrypto libpcre2-8 libedit yaml-0.1
WARNINGS  := -Wall -Wextra -Werror -Wshadow -Wconversion -Wno-sign-conversion \
    -Wno-unused-parameter -Wstrict-prototypes -Wmissing-prototypes -Wold-style-definition \
    -Wpointer-arith -Wcast-qual -Wwrite-strings -Wundef -Wvla -Wformat=2 -Wimplicit-fallthrough \
    -Wswitch-enum
OPTIMISE  ?= -O2 -g
CFLAGS    = -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -fstack-protector-strong $(OPTIMISE) $(SANITIZE) \
    -DPOSTERN_VERSION='"$(VERSION)"' -Iemulator -I. $(FOUND_CFLAGS)
LIBS      = $(FOUND_LIBS) -lwslay -lpthread -lm -ldl

FOUND_CFLAGS := $(shell pkg-config --cflags $(PACKAGES) libcurl libarchive 2>/dev/null)
FOUND_LIBS   := $(shell pkg-config --libs $(PACKAGES) 2>/dev/null)

SOURCES   := $(wildcard emulator/*.c emulator/*/*.c)
CLI       := $(wildcard cli/*.c cli/*/*.c)
HEADERS   := $(wildcard emulator/*.h emulator/*/*.h cli/*.h cli/*/*.h)
TESTS     := $(wildcard tests/unit/*.h tests/unit/*/*.[ch] tests/fuzz/*.[ch] tests/bench/*.[ch] tests/bench/*/*.[ch])
EMBEDDED  := $(sort $(wildcard schemas/*.json schemas/*/*.json schemas/*/*.sql emulator/lambda/bootstrap/* cli/help/*.txt cli/completion/*.*sh cli/init/*/*))
PRELOAD   := emulator/lambda/preload/postern_preload.c
PRELOADED := $(BUILD)/emulator/lambda/preload/postern_preload.so
LIBRARY   := $(SOURCES:%.c=$(BUILD)/%.o) $(BUILD)/embedded_files.o
OBJECTS   := $(LIBRARY) $(CLI:%.c=$(BUILD)/%.o)

# Who may include whom: the folders below each one (and itself).
USES_base      := base
USES_json      := base json
USES_template  := base json template
USES_crypto    := base crypto
USES_loop      := base loop
USES_http      := base json crypto loop http
USES_websocket := base loop websocket
USES_front     := base crypto loop http front
USES_model     := base json crypto model
USES_store     := base json crypto loop model store
USES_lambda    := base json crypto loop http model store lambda
USES_gateway   := base json template crypto loop http websocket front model store lambda gateway
USES_project   := base json template crypto loop model project
USES_admin     := base json template crypto loop http websocket front model store lambda gateway admin
USES_sample    := base json template crypto loop http websocket front model store lambda gateway sample
LAYERS         := base json template crypto loop http websocket front model store lambda gateway project admin sample

# Which outside library may be included where. Replacing a library is one folder's work.
INCLUDES := uv.h=emulator/loop/ \
    microhttpd.h=emulator/http/ \
    libwebsockets.h=emulator/websocket/ \
    sqlite3.h=emulator/store/ \
    pcre2.h=emulator/json/|emulator/template/regex.c \
    openssl/=emulator/crypto/|emulator/front/tls.c \
    cJSON=emulator/json/ \
    curl/=emulator/loop/ \
    yaml.h=emulator/project/ \
    archive=emulator/lambda/ \
    wslay/=cli/connect/ \
    histedit.h=cli/connect/

.PHONY: all
all: $(BUILD)/postern ## Build build/postern

$(BUILD)/postern: $(OBJECTS)
	@echo "  LINK  $@"
	@$(CC) $(SANITIZE) -o $@ $^ $(LIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) $(CFLAGS) -MMD -MP -c -o $@ $<

$(BUILD)/embedded_files.o: $(EMBEDDED) $(PRELOADED) scripts/embed.sh
	@mkdir -p $(@D)
	scripts/embed.sh $(EMBEDDED) emulator/lambda/bootstrap/$(notdir $(PRELOADED))=$(PRELOADED) > $(BUILD)/embedded_files.S
	$(CC) -c -o $@ $(BUILD)/embedded_files.S

# What is loaded into other people's programs: as plain as can be, whatever the emulator is built for.
$(PRELOADED): $(PRELOAD)
	@mkdir -p $(@D)
	@echo "  CC    $<"
	@$(CC) -std=gnu11 -D_GNU_SOURCE $(WARNINGS) -O2 -U_FORTIFY_SOURCE -fPIC -fvisibility=hidden -fno-stack-protector \
	    -shared -s -Wl,-z,now -o $@ $<

# The objects of one folder, and the same as an archive for tests to link with: make layer-lambda
define LAYER_RULES
OBJECTS_$(1)  := $(patsubst %.c,$(BUILD)/%.o,$(wildcard emulator/$(1)/*.c))
ARCHIVES_$(1) := $(USES_$(1):%=$(BUILD)/%.a) $(BUILD)/embedded.a

.PHONY: layer-$(1)
layer-$(1): $$(OBJECTS_$(1))

$(BUILD)/$(1).a: $$(OBJECTS_$(1))
	@rm -f $$@
	@ar rcs $$@ $$^
endef
$(foreach layer,$(LAYERS),$(eval $(call LAYER_RULES,$(layer))))

ARCHIVES_cli := $(BUILD)/everything.a

$(BUILD)/embedded.a: $(BUILD)/embedded_files.o
$(BUILD)/everything.a: $(filter-out $(BUILD)/cli/main.o,$(OBJECTS))
$(BUILD)/embedded.a $(BUILD)/everything.a:
	@rm -f $@
	@ar rcs $@ $^

# On a fresh machine: everything. Only set-up may need the network or root.

PROJECT ?= fixtures/projects/chat

.PHONY: run
run: ## Set up this machine, build, start the sample project (or PROJECT=…)
	@scripts/set-up.sh run
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@exec $(BUILD)/postern start $(PROJECT)

# The parts one after another: each uses both cores itself, and their output stays apart. Unit tests
# run where most is seen, under the sanitizers; end-to-end tests and the soak as people run them, too.
CHECKS := check-source check-e2e check-bench check-soak check-sanitize check-fuzz

.PHONY: test
test: ## Set up this machine, build, check everything
	@scripts/set-up.sh test
	@scripts/count-results.sh $(MAKE) --no-print-directory check

.PHONY: check
check: # What `make test` does once the machine is set up
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@for part in $(CHECKS); do \
	    begun=$$SECONDS; $(MAKE) --no-print-directory $$part; echo "$$part: $$((SECONDS - begun)) s"; \
	done

# Unit tests: tests/unit/<folder>/<name>_test.c is linked with its folder and those below it; those of
# cli/ with everything but main.
UNIT_TESTS := $(wildcard tests/unit/*/*_test.c)
UNIT       := $(UNIT_TESTS:%.c=$(BUILD)/%)
UNIT_RUN   := $(if $(T),$(foreach test,$(UNIT),$(if $(findstring $(T),$(test)),$(test))),$(UNIT))

$(UNIT:%=%.o): CFLAGS += -Itests/unit

.SECONDEXPANSION:
$(UNIT): $(BUILD)/tests/unit/%: $(BUILD)/tests/unit/%.o $$(ARCHIVES_$$(firstword $$(subst /, ,$$*)))
	@echo "  LINK  $@"
	@$(CC) $(SANITIZE) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS) -lcmocka

.PHONY: check-unit
check-unit: ## Unit tests; T=word runs only those with that word in the name
	@$(MAKE) --no-print-directory -j$$(nproc) $(UNIT_RUN)
	@printf '%s\n' $(UNIT_RUN) | xargs -P $$(nproc) -n 1 scripts/run-unit.sh

.PHONY: check-e2e
check-e2e: all ## End-to-end tests; T=word runs only those with that word in their file's or own name
	@scripts/set-up.sh test
	@POSTERN_BINARY=$(abspath $(BUILD)/postern) scripts/run-e2e.sh $(T)

# One build for the sanitizers and for fuzzing, by the second compiler.
SANITIZED := CC=clang BUILD=$(BUILD)/sanitize OPTIMISE="-O1 -g" \
    SANITIZE="-fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=all -fno-omit-frame-pointer"

.PHONY: check-sanitize
check-sanitize: ## Unit and end-to-end tests and a short soak under AddressSanitizer and UBSan
	@$(MAKE) --no-print-directory -j$$(nproc) $(SANITIZED) all
	@$(MAKE) --no-print-directory $(SANITIZED) check-unit check-e2e check-soak

# A fuzz target is tests/fuzz/<name>_fuzz.c; its seeds are in fixtures/fuzz/<name>/. What it finds on the
# way stays in the build folder.
FUZZ_TESTS := $(wildcard tests/fuzz/*_fuzz.c)
FUZZ       := $(FUZZ_TESTS:%.c=$(BUILD)/%)
SECONDS    := 60

$(FUZZ): %: %.o $(BUILD)/everything.a
	@echo "  LINK  $@"
	@$(CC) $(SANITIZE) -fsanitize=fuzzer -o $@ $^ $(LIBS)

.PHONY: fuzz
fuzz: ## Fuzz every parser with libFuzzer; T=word picks targets, SECONDS=60 is for each
	@$(MAKE) --no-print-directory -j$$(nproc) $(SANITIZED) T="$(T)" fuzz-targets
	@T="$(T)" scripts/fuzz.sh $(BUILD)/sanitize $(SECONDS)

.PHONY: check-fuzz
check-fuzz: # more at once than there are cores: what counts is that all are tried
	@AT_ONCE=$$((2 * $$(nproc))) $(MAKE) --no-print-directory SECONDS=10 fuzz

.PHONY: soak check-soak
soak: SECONDS := 120
soak: ## Two minutes of misbehaviour: is anything left over? SECONDS=120; SEED=n repeats one
	@scripts/set-up.sh test
	@$(MAKE) --no-print-directory -j$$(nproc) all
	@POSTERN_BINARY=$(abspath $(BUILD)/postern) SECONDS=$(SECONDS) SEED=$(SEED) node tests/soak/soak.js

check-soak: all
	@POSTERN_BINARY=$(abspath $(BUILD)/postern) SECONDS=12 SEED=$(SEED) node tests/soak/soak.js

.PHONY: fuzz-targets
fuzz-targets: $(if $(T),$(foreach target,$(FUZZ),$(if $(findstring $(T),$(target)),$(target))),$(FUZZ))

.PHONY: coverage
coverage: ## Line coverage of unit and end-to-end tests, as text
	@$(MAKE) --no-print-directory -j$$(nproc) BUILD=$(BUILD)/coverage SANITIZE=--coverage OPTIMISE="-O0 -g" all
	@find $(BUILD)/coverage -name '*.gcda' -delete
	@$(MAKE) --no-print-directory BUILD=$(BUILD)/coverage SANITIZE=--coverage OPTIMISE="-O0 -g" check-unit check-e2e
	@scripts/coverage.sh $(BUILD)/coverage

# The load generator knows the emulator only from outside: none of its code is linked.
BENCH_HANDLER := $(BUILD)/tests/bench/echo_handler
BENCH_PARTS   := $(patsubst %.c,$(BUILD)/%.o,$(filter-out %/echo_handler.c,$(wildcard tests/bench/*.c)))
RUN_BENCH     := $(BUILD)/tests/bench/bench $(BUILD)/postern

$(BUILD)/tests/bench/bench: $(BENCH_PARTS)
	@echo "  LINK  $@"
	@$(CC) $(SANITIZE) -o $@ $^

$(BENCH_HANDLER): $(patsubst %,$(BUILD)/tests/bench/%.o,echo_handler stream wire)
	@echo "  LINK  $@"
	@$(CC) $(SANITIZE) -o $@ $^

# Mapping templates are measured from inside, alone.
TEMPLATE_BENCH := $(BUILD)/tests/bench/template/template_bench
RUN_TEMPLATES  := $(TEMPLATE_BENCH) tests/bench/template/orders.vtl

$(TEMPLATE_BENCH): $(TEMPLATE_BENCH).o $(ARCHIVES_template)
	@echo "  LINK  $@"
	@$(CC) $(SANITIZE) -o $@ $< -Wl,--start-group $(filter %.a,$^) -Wl,--end-group $(LIBS)

.PHONY: bench-tools
bench-tools: all $(BUILD)/tests/bench/bench $(BENCH_HANDLER) $(TEMPLATE_BENCH)

.PHONY: bench
bench: ## Measure: a table, and build/bench.json
	@scripts/set-up.sh run
	@$(MAKE) --no-print-directory -j$$(nproc) bench-tools
	@$(RUN_BENCH) $(BUILD)/bench.json
	@$(RUN_TEMPLATES)

.PHONY: check-bench
check-bench: ## Does `make bench` still work? Little of everything, no figures
	@$(MAKE) --no-print-directory -j$$(nproc) bench-tools
	@$(RUN_BENCH) $(BUILD)/bench-tiny.json tiny > $(BUILD)/bench-tiny.txt || { cat $(BUILD)/bench-tiny.txt; exit 1; }
	@$(RUN_TEMPLATES) tiny > $(BUILD)/bench-tiny.txt || { cat $(BUILD)/bench-tiny.txt; exit 1; }
	@echo "every scenario of make bench works"

# What can be said of the source without running it. What has passed is remembered in stamps beside the
# objects, so that a second run looks only at what has changed.
CHECKED := $(SOURCES) $(CLI) $(PRELOAD)

.PHONY: check-source
check-source: ## Format, layers, headers, libraries, docs; clang-tidy and cppcheck
	@$(MAKE) --no-print-directory check-format check-layers check-libraries check-paths check-conformance check-reasons
	@$(MAKE) --no-print-directory -j$$(nproc) -k check-headers check-tidy check-cppcheck

.PHONY: check-format
check-format:
	@clang-format --dry-run -Werror $(CHECKED) $(HEADERS) $(TESTS)

.PHONY: check-layers $(LAYERS:%=check-layer-%)
check-layers: $(LAYERS:%=check-layer-%)

EMPTY :=
SPACE := $(EMPTY) $(EMPTY)
$(LAYERS:%=check-layer-%): check-layer-%:
	@! grep -nE '#include "[a-z_]+/' /dev/null $(wildcard emulator/$*/*.[ch]) | \
	    grep -vE '"($(subst $(SPACE),|,$(strip $(USES_$*))))/' || \
	    { echo "$* may include only: $(USES_$*)"; exit 1; }

.PHONY: check-libraries
check-libraries:
	@failed=0; for place in '$(subst $(SPACE),' ',$(strip $(INCLUDES)))'; do \
	    if grep -nE "#include <$${place%%=*}" /dev/null $(CHECKED) $(HEADERS) | grep -vE "^($${place#*=})"; then \
	        echo "<$${place%%=*}> belongs in $${place#*=}"; failed=1; \
	    fi; \
	done; exit $$failed

# A path of somebody's machine in what everybody gets.
.PHONY: check-paths
check-paths:
	@! grep -rInE '(^|[^A-Za-z0-9_.])/(work|root)/' --exclude-dir=node_modules --exclude-dir=__pycache__ --exclude-dir=.postern --exclude-dir=wire \
	    cli emulator schemas scripts tests fixtures $(wildcard docs) .ci *.md

# The tests that docs/conformance.md names, and the guesses that it must name.
.PHONY: check-conformance
check-conformance:
	@scripts/check-conformance.sh

# The reasons of log lines are one table, without what nobody uses.
.PHONY: check-reasons
check-reasons:
	@! grep -rnE '\{"reason", *"' --include=*.c emulator || \
	    { echo "a reason is a constant of emulator/base/reason.h"; exit 1; }
	@failed=0; for reason in $$(sed -n 's/^#define \(REASON_[A-Z0-9_]*\) .*/\1/p' emulator/base/reason.h); do \
	    grep -rqw --include=*.c "$$reason" emulator || { echo "$$reason is used nowhere"; failed=1; }; \
	done; exit $$failed

.PHONY: check-headers
check-headers: $(HEADERS:%=$(BUILD)/headers/%.ok)

$(BUILD)/headers/%.ok: %
	@mkdir -p $(@D)
	@echo '#include "$<"' | $(CC) $(CFLAGS) -x c -fsyntax-only -MMD -MP -MF $@.d -MT $@ -
	@touch $@

.PHONY: check-tidy
check-tidy: $(CHECKED:%.c=$(BUILD)/tidy/%.ok)

# How far the analyzer follows the paths of one function: with its own 225000 a few functions take most
# of the time.
TIDY_PATHS := -Xclang -analyzer-config -Xclang max-nodes=50000

# The object is built anew when a header changes, and so is this.
$(BUILD)/tidy/%.ok: %.c $(BUILD)/%.o .clang-tidy
	@mkdir -p $(@D)
	@echo "  TIDY  $<"
	@clang-tidy --quiet $< -- $(CFLAGS) $(TIDY_PATHS) 2>/dev/null
	@touch $@

.PHONY: check-cppcheck
check-cppcheck: $(BUILD)/cppcheck/ok

# ctu*: its guesses across files take no account of the asserts and out-parameters in between.
$(BUILD)/cppcheck/ok: $(CHECKED) $(HEADERS)
	@mkdir -p $(@D)
	@echo "  CPPCHECK"
	@cppcheck --quiet --std=c11 --enable=warning,performance,portability --inline-suppr --error-exitcode=1 \
	    --suppress=missingIncludeSystem --suppress=ctunullpointer --suppress=ctuuninitvar --cppcheck-build-dir=$(@D) -Iemulator -I. $(CHECKED)
	@touch $@

.PHONY: format
format: ## Reformat the C source
	@clang-format -i $(CHECKED) $(HEADERS) $(TESTS)

.PHONY: report
report: ## The longest functions and files, as a question
	@scripts/report.sh $(CHECKED)

PREFIX ?= /usr/local

.PHONY: install
install: all ## Install the binary and the completion scripts below PREFIX (and DESTDIR)
	install -D -m 755 $(BUILD)/postern $(DESTDIR)$(PREFIX)/bin/postern
	$(BUILD)/postern completion bash > $(BUILD)/postern.bash
	$(BUILD)/postern completion zsh > $(BUILD)/postern.zsh
	install -D -m 644 $(BUILD)/postern.bash $(DESTDIR)$(PREFIX)/share/bash-completion/completions/postern
	install -D -m 644 $(BUILD)/postern.zsh $(DESTDIR)$(PREFIX)/share/zsh/site-functions/_postern

.PHONY: clean
clean: ## Remove what was built
	rm -rf $(BUILD)

.PHONY: help
help: ## List the targets
	@grep -hE '^[a-z][a-z0-9-]*:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 20

-include $(OBJECTS:.o=.d) $(UNIT:=.d) $(FUZZ:=.d) $(BENCH_PARTS:.o=.d) $(HEADERS:%=$(BUILD)/headers/%.ok.d)
