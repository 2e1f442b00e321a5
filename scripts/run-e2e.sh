#!/bin/bash
# Runs the end-to-end tests, two files at a time. With a word: the files with that word in their name,
# or else the tests with that word in theirs.
set -eu
cd "$(dirname "$0")/../tests"

word=${1:-}
options=(--test --test-reporter=spec)
files=(e2e/*.test.js)

# From 18.19 on; before that, Node chooses the number itself.
if node --test-concurrency=2 --version >/dev/null 2>&1; then
    options+=(--test-concurrency=2)
fi
if [ -n "$word" ]; then
    named=()
    for file in "${files[@]}"; do
        case $file in e2e/*"$word"*) named+=("$file") ;; esac
    done
    if [ ${#named[@]} -gt 0 ]; then
        files=("${named[@]}")
    else
        options+=("--test-name-pattern=/$word/i")
    fi
fi
exec node "${options[@]}" "${files[@]}"
