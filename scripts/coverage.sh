#!/bin/bash
# Prints the line coverage of each file that was built with --coverage into a folder, lowest first.
set -eu

build=$1

find "$build/emulator" "$build/cli" -name '*.gcda' -print0 |
    xargs -0 gcov --no-output 2>/dev/null |
    awk -F"[:'% ]+" '
        /^File/ { file = $2 }
        /^Lines executed/ && file ~ /^(emulator|cli)\/.*\.c$/ {
            if ($5 > lines[file]) lines[file] = $5
            if ($3 > percent[file]) percent[file] = $3
        }
        END {
            for (file in lines) {
                printf "%6.1f %%  %5d lines  %s\n", percent[file], lines[file], file | "sort -n"
                total += lines[file]; covered += lines[file] * percent[file] / 100
            }
            close("sort -n")
            if (total) printf "%6.1f %%  %5d lines  all\n", 100 * covered / total, total
        }'
