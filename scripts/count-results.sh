#!/bin/bash
# Runs a command that runs several test runners, and closes with one line for all of them. Its exit
# status is the command's.
set -uo pipefail

log=$(mktemp)
trap 'rm -f "$log"' EXIT

"$@" 2>&1 | tee "$log"
status=$?

# cmocka: "[  PASSED  ] 3 test(s)." and "[  FAILED  ] 1 test(s), listed below:"; node: "ℹ pass 3" and "ℹ fail 1".
awk '
    /^\[  PASSED  \] [0-9]+ test/ { passed += $4 }
    /^\[  FAILED  \] [0-9]+ test/ { failed += $4 }
    /^(ℹ|#) pass [0-9]+$/         { passed += $3 }
    /^(ℹ|#) fail [0-9]+$/         { failed += $3 }
    /^(ℹ|#) skipped [0-9]+$/      { skipped += $3 }
    END { printf "%d passed, %d failed%s\n", passed, failed, skipped ? ", " skipped " skipped" : "" }
' "$log"
exit $status
