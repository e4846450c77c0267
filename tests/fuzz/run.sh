#!/usr/bin/env bash
# run.sh [SECONDS [READER…]]: builds the fuzz targets and runs each, or those named, so long (60).
# What a target finds lies in build/fuzz/found/READER; the inputs that it has grown from the seeds
# in build/fuzz/grown/READER, where the next start continues. Ends with a table of inputs, and with
# 1 where anything was found. $CXX is the compiler; otherwise the newest clang from 15 on.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.."
seconds=${1:-60}
shift || true

compiler=${CXX:-}
for version in "" -{15..25}; do
    [[ -z ${CXX:-} ]] && command -v "clang++$version" >/dev/null && compiler=clang++$version
done
if [[ -z $compiler ]]; then
    echo "run.sh: no clang++; on Debian 12: apt install clang-16 libclang-rt-16-dev" >&2
    exit 2
fi
cmake --preset fuzz -DCMAKE_CXX_COMPILER="$compiler" >/dev/null
cmake --build --preset fuzz

if [[ $# -eq 0 ]]; then
    mapfile -t readers < <(ls tests/fuzz/corpus)
else
    readers=("$@")
fi
# Readers of files write each input to one: in memory, where there is room for that.
memory=/dev/shm
[[ -d $memory ]] || memory=${TMPDIR:-/tmp}
TMPDIR=$(mktemp -d -p "$memory")
export TMPDIR
trap 'rm -rf "$TMPDIR"' EXIT
export UBSAN_OPTIONS=print_stacktrace=1
failed=0
total=0
for reader in "${readers[@]}"; do
    mkdir -p "build/fuzz/found/$reader" "build/fuzz/grown/$reader"
    log=build/fuzz/$reader.log
    # One input may take five seconds and a gigabyte; longer ones than these find little more.
    build/fuzz/fuzz/fuzz_"$reader" -max_total_time="$seconds" -timeout=5 -rss_limit_mb=1024 \
        -max_len=16384 -print_final_stats=1 -artifact_prefix="build/fuzz/found/$reader/" \
        "build/fuzz/grown/$reader" "tests/fuzz/corpus/$reader" >"$log" 2>&1 && word=clean || {
        word="FOUND, see $log"
        failed=1
    }
    inputs=$(sed -n 's/^stat::number_of_executed_units: *//p' "$log")
    total=$((total + ${inputs:-0}))
    printf '%-14s %10s inputs  %s\n' "$reader" "${inputs:-?}" "$word"
done
echo "$total inputs in all"
exit $failed
