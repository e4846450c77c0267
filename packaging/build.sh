#!/usr/bin/env bash
# Configures and builds a preset (see CMakePresets.json): build.sh PRESET [TARGET…].
# A second call only builds what changed.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
preset=$1
shift

folder=build/$preset
if [[ ! -f $folder/build.ninja ]]; then
    echo "ballast: configuring $folder"
    mkdir -p "$folder"
    if ! cmake --preset "$preset" >"$folder/configure.log" 2>&1; then
        tail -n 30 "$folder/configure.log" >&2
        echo "ballast: configuring failed; all of it stands in $folder/configure.log" >&2
        exit 1
    fi
fi

# A file that includes Torch takes up to 1.5 GB to compile: no more of them than fit.
jobs=$(nproc)
if [[ -r /proc/meminfo ]]; then
    fitting=$(awk '/^MemAvailable:/ { print int($2 / 1500000) }' /proc/meminfo)
    if ((fitting < 1)); then fitting=1; fi
    if ((fitting < jobs)); then jobs=$fitting; fi
fi
echo "ballast: building $folder with $jobs jobs"
cmake --build "$folder" --parallel "$jobs" ${1:+--target "$@"}
