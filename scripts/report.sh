#!/bin/bash
# The longest files and functions. Size is a smell, not a law: what does each do besides its name?
set -eu

echo "The longest files, in lines"
wc -l "$@" | grep -v ' total$' | sort -rn | head -15

echo
echo "The longest functions, in lines"
awk '
    FNR == 1        { name = "" }
    /^[a-z].*\(/    { name = $0; sub(/\(.*/, "", name); sub(/.*[ *]/, "", name) }
    /^\{$/          { start = FNR }
    /^\}$/ && start { printf "%7d %s:%d %s\n", FNR - start - 1, FILENAME, start, name; start = 0 }
' "$@" | sort -rn | head -20
