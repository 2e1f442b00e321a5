#!/bin/bash
# Runs one unit test, and prints what it said at its end, so that several may run at once.
set -u

output=$("$1" 2>&1)
status=$?
printf '%s\n' "$output"
[ "$status" -eq 0 ] && exit
echo "FAILED: $1 (exit $status)"
exit 1
