#!/usr/bin/env bash
# Builds Ballast and starts the default experiment: in the window, or, where there is no display,
# headless with figures and tables at the end. Arguments go to ballast or to ballast-cli run.
# The workspace is $BALLAST_WORKSPACE, or ballast/workspace in the user's data folder. Run it again to
# resume where it was interrupted.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packaging/dependencies.sh
packaging/build.sh release ballast ballast-cli ballast_learning

# A display that is named but not there (left over in an ssh session or a container) does not count.
has_display() {
    local socket name=${DISPLAY:-} number
    if [[ -n ${WAYLAND_DISPLAY:-} ]]; then
        socket=$WAYLAND_DISPLAY
        [[ $socket == /* ]] || socket=${XDG_RUNTIME_DIR:-/nowhere}/$socket
        if [[ -S $socket ]]; then return 0; fi
    fi
    [[ $name == *:* ]] || return 1
    number=${name##*:}
    number=${number%%.*}
    if [[ $name == :* || $name == unix:* ]]; then
        [[ -S /tmp/.X11-unix/X$number ]] || grep -qs "@/tmp/.X11-unix/X$number\$" /proc/net/unix
    else
        timeout 3 bash -c ": </dev/tcp/${name%:*}/$((6000 + number))" 2>/dev/null
    fi
}

if has_display; then
    echo "ballast: opening the window"
    exec build/release/bin/ballast --demo "$@"
fi

workspace=${BALLAST_WORKSPACE:-${XDG_DATA_HOME:-$HOME/.local/share}/ballast/workspace}
figures=$workspace/figures
cli=build/release/bin/ballast-cli
echo "ballast: no display; training in $workspace"
status=0
"$cli" run experiments/demo/*.json --workspace "$workspace" --continue "$@" || status=$?
if ((status == 130)); then
    echo "ballast: interrupted; run this again to resume" >&2
fi
if ((status != 0)); then exit "$status"; fi

mkdir -p "$figures"
QT_QPA_PLATFORM=offscreen build/release/bin/ballast --export-figures "$figures" \
    --workspace "$workspace"
cat "$figures/results.md"
echo "ballast: figures and tables are in $figures"
