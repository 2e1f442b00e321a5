#!/bin/bash
# Runs the fuzz targets built in a folder, each for some seconds from its seeds, AT_ONCE at a time (as
# many as there are cores). T picks them by name. Fails if anything was found, and says how to see it
# again.
set -eu

build=$1
seconds=$2
findings=$build/findings
at_once=${AT_ONCE:-$(nproc)}
shopt -s nullglob

# One target, in the background: its report goes to a file.
fuzz() {
    local name=$1
    local corpus=$build/corpus/$name
    local options=()

    mkdir -p "$corpus"
    [ -e "fixtures/fuzz/$name.dict" ] && options=("-dict=fixtures/fuzz/$name.dict")
    "$build/tests/fuzz/${name}_fuzz" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -print_final_stats=1 -verbosity=0 -artifact_prefix="$findings/$name-" \
        "${options[@]}" "$corpus" "fixtures/fuzz/$name" >"$build/reports/$name" 2>&1
}

statistic() {
    awk -v name="stat::$2:" '$1 == name { print $2 }' "$build/reports/$1"
}

# One line for what is well; for a finding its report, and the command that shows it again.
conclude() {
    local name=$1
    local report=$build/reports/$name
    local input

    if [ "$2" -eq 0 ]; then
        printf '%-22s %10s runs, %5s new inputs\n' "$name" "$(statistic "$name" number_of_executed_units)" \
            "$(statistic "$name" new_units_added)"
        return
    fi
    printf '%-22s FOUND SOMETHING\n' "$name"
    grep -vE '^(stat::|INFO:)' "$report" | tail -n 60
    input=$(sed -n 's/.*Test unit written to //p' "$report" | tail -n 1)
    echo "To see it again: $build/tests/fuzz/${name}_fuzz ${input:-$build/corpus/$name/*}"
}

names=()
for target in "$build"/tests/fuzz/*_fuzz; do
    name=$(basename "$target" _fuzz)
    case $name in *"${T:-}"*) ;; *) continue ;; esac
    [ -n "$(ls "fixtures/fuzz/$name" 2>/dev/null)" ] || { echo "fixtures/fuzz/$name: put some seeds there" >&2; exit 1; }
    names+=("$name")
done
[ ${#names[@]} -gt 0 ] || { echo "no fuzz target has \"${T:-}\" in its name" >&2; exit 1; }

mkdir -p "$findings" "$build/reports"
trap 'kill $(jobs -p) 2>/dev/null || true' INT TERM
failed=0
declare -A running=()

# Waits for any of those that run.
take_one() {
    local status=0
    local pid

    wait -n -p pid || status=$?
    [ "$status" -eq 0 ] || failed=1
    conclude "${running[$pid]}" "$status"
    unset "running[$pid]"
}

echo "fuzzing ${#names[@]} targets for $seconds s each, $at_once at once"
for name in "${names[@]}"; do
    [ ${#running[@]} -lt "$at_once" ] || take_one
    fuzz "$name" &
    running[$!]=$name
done
while [ ${#running[@]} -gt 0 ]; do
    take_one
done
exit $failed
