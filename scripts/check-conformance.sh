#!/bin/bash
# Does every test exist that docs/conformance.md names, and does it name every file marked `AWS?:`?
# A test is named as `e2e/FILE`: TITLE or `unit/FILE`: FUNCTION.
set -euo pipefail
cd "$(dirname "$0")/.."

page=docs/conformance.md
failed=0

complain() {
    echo "$page: $1" >&2
    failed=1
}

# The titles in an end-to-end test, a line each, as patterns of bash: what is put in may be anything.
title_patterns() {
    sed -nE "s/^ *(await t\.)?test\((['\"\`])(.*)\2, .*/\3/p" "$1" |
        sed -E -e 's/\$\{[^}]*\}/\x01/g' -e 's/\\(.)/\1/g' -e 's/[][*?\\]/\\&/g' -e 's/\x01/*/g'
}

has_title() {
    local pattern

    while IFS= read -r pattern; do
        # shellcheck disable=SC2053 # a pattern it is meant to be
        [[ $2 == $pattern ]] && return 0
    done < <(title_patterns "$1")
    return 1
}

named=0
while IFS=$'\t' read -r file name; do
    named=$((named + 1))
    if [ ! -f "tests/$file" ]; then
        complain "there is no tests/$file"
    elif [[ $file == unit/* ]]; then
        grep -q "^static void $name(void \*\*state)" "tests/$file" || complain "tests/$file has no test $name"
    else
        has_title "tests/$file" "$name" || complain "tests/$file has no test \"$name\""
    fi
done < <(grep '^|' "$page" | sed 's/<br>/\n/g; s/ | /\n/g' | sed -nE 's/^`((e2e|unit)\/[^`]+)`: (.*)$/\1\t\3/p' | sort -u)
[ "$named" -gt 100 ] || complain "only $named tests were found in it"

while IFS= read -r file; do
    grep -qF "\`${file#emulator/}\`" "$page" || complain "$file has a guess (AWS?:) that no row names"
done < <(grep -rl --include='*.[ch]' 'AWS?:' emulator | sort)

exit $failed
