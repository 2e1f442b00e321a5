#!/bin/bash
# Installs what is missing on a Debian or Ubuntu machine, and nothing when all is there.
#
#   set-up.sh build   what building needs
#   set-up.sh run     the same, and what the sample project's handlers need
#   set-up.sh test    the same, and what the tests and checks need
#
# It looks for commands, headers and modules, not for package names: Node may come from elsewhere, and
# installing Debian's own beside it would break it.
set -euo pipefail
cd "$(dirname "$0")/.."

level=${1:-run}
missing=()  # packages
because=()  # what each is for, in the same order

need() { # package, what for, the probe that says it is there…
    local package=$1 what_for=$2
    shift 2
    if ! "$@" >/dev/null 2>&1; then
        missing+=("$package")
        because+=("$what_for")
    fi
}

library() { # a pkg-config name: its header and library are there
    pkg-config --exists "$1"
}

runs() { # a command
    command -v "$1"
}

node_is_new_enough() {
    node -e 'process.exit(parseInt(process.versions.node) >= 18 ? 0 : 1)'
}

# The event loop of libwebsockets is a plug-in, which its own package doesn't pull in.
has_uv_plugin() {
    find /usr/lib /usr/local/lib -name 'libwebsockets-evlib_uv.so*' | grep -q .
}

imports() { # a Python, a module
    "$1" -c "import $2"
}

clang_has_sanitizers() {
    echo 'int LLVMFuzzerTestOneInput(const char *d, unsigned long n) { return d && n > 9; }' |
        clang -x c -fsanitize=fuzzer,address,undefined -o /dev/null -
}

needs_of_build() {
    need gcc              "the compiler"                     runs gcc
    need libc6-dev        "the C library's headers"          test -e /usr/include/stdlib.h
    need make             "the build"                        runs make
    need pkg-config       "finding the libraries"            runs pkg-config
    need libuv1-dev       "the event loop"                   library libuv
    need libwebsockets-dev "WebSocket frames"                library libwebsockets
    need libwebsockets-evlib-uv "WebSocket frames on that event loop" has_uv_plugin
    need libmicrohttpd-dev "HTTP"                            library libmicrohttpd
    need libsqlite3-dev   "the database"                     library sqlite3
    need libssl-dev       "TLS"                              library libssl
    need libcurl4-openssl-dev "HTTP requests (libcurl.so.4 is loaded when they are made)" library libcurl
    need libpcre2-dev     "patterns in schemas"              library libpcre2-8
    need libyaml-dev      "SAM and CloudFormation templates" library yaml-0.1
    need libarchive-dev   "code in zip files (libarchive.so.13 is loaded when there are any)" library libarchive
    need libwslay-dev     "the client's WebSocket frames"    test -e /usr/include/wslay/wslay.h
    need libedit-dev      "the line that a client types"     library libedit
}

needs_of_handlers() {
    need nodejs           "handlers in JavaScript"           runs node
    need ca-certificates  "downloads, and TLS in handlers"   test -e /etc/ssl/certs/ca-certificates.crt
    need npm              "the AWS SDK for JavaScript"       runs npm
    need python3          "handlers in Python"               runs python3
    need python3-boto3    "the AWS SDK for Python"           imports python3 boto3
    need curl             "the sample's handler in shell"    runs curl
}

needs_of_tests() {
    need libcmocka-dev    "unit tests"                       library cmocka
    need clang            "fuzzing"                          runs clang
    need libclang-rt-dev  "fuzzing"                          clang_has_sanitizers
    need clang-format     "checking the format"              runs clang-format
    need clang-tidy       "checking the source"              runs clang-tidy
    need cppcheck         "checking the source"              runs cppcheck
    need sqlite3          "looking into the database"        runs sqlite3
    need awscli           "end-to-end tests"                 runs aws
    need python3          "end-to-end tests"                 test -x /usr/bin/python3
    need python3-boto3    "end-to-end tests"                 imports /usr/bin/python3 boto3
    need python3-websockets "end-to-end tests"               imports /usr/bin/python3 websockets
}

list_missing() {
    missing=()
    because=()
    needs_of_build
    case $level in
    build) ;;
    run) needs_of_handlers ;;
    test)
        needs_of_handlers
        needs_of_tests
        ;;
    *)
        echo "usage: set-up.sh build|run|test" >&2
        exit 2
        ;;
    esac
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        echo "set-up: this needs root, and there is no sudo. As root, run: $*" >&2
        exit 1
    fi
}

install_missing() {
    [ ${#missing[@]} -gt 0 ] || return 0

    echo "set-up: missing here:"
    for i in "${!missing[@]}"; do
        printf '  %-24s %s\n' "${missing[$i]}" "${because[$i]}"
    done
    if ! command -v apt-get >/dev/null; then
        echo "set-up: there is no apt-get; install the above in this system's own way" >&2
        exit 1
    fi
    [ "$(id -u)" -eq 0 ] || echo "set-up: installing these packages with sudo apt-get"

    local packages
    mapfile -t packages < <(printf '%s\n' "${missing[@]}" | sort -u)
    as_root apt-get update -q
    if ! apt-cache show awscli >/dev/null 2>&1; then # Ubuntu 24.04 has none
        mapfile -t packages < <(printf '%s\n' "${packages[@]}" | grep -vx awscli)
        echo "set-up: there is no package of the AWS CLI here; its tests will be skipped"
    fi
    [ ${#packages[@]} -eq 0 ] ||
        as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${packages[@]}"
}

# What apt-get cannot mend, with what does.
check_rest() {
    list_missing
    for package in "${missing[@]}"; do
        case $package in
        awscli) ;; # its tests say that they are skipped
        python3-boto3)
            echo "set-up: $(command -v python3) has no boto3 (is it from pyenv?): $(command -v python3) -m pip install boto3" >&2
            ;;
        *)
            echo "set-up: $package is installed, but still cannot be used" >&2
            exit 1
            ;;
        esac
    done
    if [ "$level" != build ] && ! node_is_new_enough; then
        echo "set-up: Node $(node --version) is too old, 18 or newer is needed" >&2
        exit 1
    fi
}

# npm's packages, by the lock file, once and whenever it has changed.
npm_packages() { # folder
    local folder=$1
    [ "$folder/node_modules/.package-lock.json" -nt "$folder/package-lock.json" ] && return 0
    echo "set-up: npm packages of $folder"
    (cd "$folder" && npm ci --no-audit --no-fund --loglevel=error)
    touch "$folder/node_modules/.package-lock.json"
}

list_missing
install_missing
[ ${#missing[@]} -eq 0 ] || check_rest
[ "$level" = build ] || npm_packages fixtures/projects/chat
[ "$level" != test ] || npm_packages tests
