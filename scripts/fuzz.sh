#!/bin/bash
# Runs the fuzz targets built in a folder, each for some seconds from its seeds. T picks them by name.
set -eu

build=$1
seconds=$2
shopt -s nullglob

for target in "$build"/tests/fuzz/*_fuzz; do
    name=$(basename "$target" _fuzz)
    case $name in *"${T:-}"*) ;; *) continue ;; esac

    corpus=$build/corpus/$name
    findings=$build/findings
    mkdir -p "$corpus" "$findings"
    seeds=()
    [ -d "fixtures/fuzz/$name" ] && seeds=("fixtures/fuzz/$name")
    options=()
    [ -e "fixtures/fuzz/$name.dict" ] && options=("-dict=fixtures/fuzz/$name.dict")

    echo "fuzzing $name for $seconds s"
    "$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -print_final_stats=1 -verbosity=0 \
        -artifact_prefix="$findings/$name-" "${options[@]}" "$corpus" "${seeds[@]}"
done
