#!/usr/bin/env bash
# Makes every picture of the manual again: docs/pictures.sh [BALLAST]. BALLAST is the window's program,
# the newest of build/*/bin if left out. It is shown on a screen of its own, 1200 × 760, with the runs
# of experiments/results and a training of the demo, and worked by keys. Takes about three minutes.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$here/..

declare -A packages=([Xvfb]=xvfb [xdotool]=xdotool [import]=imagemagick [convert]=imagemagick)
missing=()
for program in "${!packages[@]}"; do
    command -v "$program" >/dev/null || missing+=("${packages[$program]}")
done
if ((${#missing[@]})); then
    echo "pictures.sh: missing are the packages: $(printf '%s\n' "${missing[@]}" | sort -u | xargs)" >&2
    exit 1
fi
ballast=${1:-$(ls -t "$root"/build/*/bin/ballast 2>/dev/null | head -n 1 || true)}
[[ -x $ballast ]] || { echo "pictures.sh: no ballast here; packaging/run.sh builds it" >&2; exit 1; }
ballast=$(realpath "$ballast")

# A home of its own: no settings of the person who calls this, no path of theirs in a picture.
work=$(mktemp -d)
window='' screen=''
finish() {
    [[ -z $window ]] || kill "$window" 2>/dev/null || true
    [[ -z $screen ]] || kill "$screen" 2>/dev/null || true
    wait 2>/dev/null || true
    rm -rf "$work"
}
trap finish EXIT
mkdir -p "$work/home" "$work/pictures" "$work/run" "$work/results" "$work/demo"
chmod 700 "$work/run"
tar -xJf "$root/experiments/results/workspace.tar.xz" -C "$work/results"

mkfifo "$work/number"
exec 3<>"$work/number"
Xvfb -displayfd 3 -screen 0 1200x760x24 >/dev/null 2>&1 &
screen=$!
read -r -t 20 number <&3 || { echo "pictures.sh: Xvfb does not start" >&2; exit 1; }
export DISPLAY=:$number
export HOME=$work/home XDG_RUNTIME_DIR=$work/run QT_QPA_PLATFORM=xcb LC_ALL=C.UTF-8
unset XDG_CONFIG_HOME BALLAST_WORKSPACE QT_SCALE_FACTOR
export XDG_DATA_HOME=$work/home/share

# open ARGUMENT…: the program, in a window that has the keyboard.
open() {
    (cd "$work" && exec "$ballast" "$@" >"$work/log" 2>&1) &
    window=$!
    local id='' tries=0
    until id=$(xdotool search --onlyvisible --pid "$window" 2>/dev/null | tail -n 1) && [[ -n $id ]]; do
        ((++tries < 100)) || { cat "$work/log" >&2; echo "pictures.sh: no window" >&2; exit 1; }
        sleep 0.2
    done
    sleep 5 # the workspace is read, the training library loaded
    focus
}
close() {
    kill "$window"
    wait "$window" || true
    window=''
}
newest_window() { xdotool search --onlyvisible --pid "$window" | tail -n 1; }
# To the newest window; the pointer goes into the corner, where nothing has a tool tip.
focus() {
    xdotool mousemove 1199 759 windowfocus "$(newest_window)"
    sleep 1
}
press() {
    xdotool key --clearmodifiers "$@"
    sleep 1.5
}
# command NAME: by the command palette.
command_named() {
    press ctrl+k
    xdotool type --delay 40 "$1"
    sleep 1
    press Return
    sleep 3
}
# picture NAME [WINDOW]
picture() {
    import -window "${2:-root}" "$work/shot.png"
    convert "$work/shot.png" +dither -colors 128 -strip -define png:compression-level=9 \
        "$work/pictures/$1.png"
    echo "$1.png, $(($(stat -c %s "$work/pictures/$1.png") / 1024)) KiB"
}

open --workspace demo
picture welcome
close

open --workspace demo --demo
tries=0
until grep -qsE '"epochs_done": ([4-9]|10)' "$work"/demo/runs/*-ce/status.json; do
    ((++tries < 600)) || { cat "$work/log" >&2; echo "pictures.sh: the demo does not train" >&2; exit 1; }
    sleep 1
done
press ctrl+j
picture training
close

open --workspace results
press ctrl+1
picture experiment
press ctrl+2
command_named 'fig3a (medium)'
picture runs
press ctrl+e
sleep 2
focus
picture export "$(newest_window)"
press Escape
focus
press ctrl+5
sleep 3
press alt+b
press Down
sleep 3
picture explain
press ctrl+2
command_named 'fig1 (medium)'
press ctrl+4
command_named 'Ticked only'
sleep 3
picture compare
press ctrl+k
xdotool type --delay 40 theme
sleep 1
picture commands
close

open --workspace results "$root/experiments/sweeps/demo-nu.json"
sleep 2
picture sweep
close

mv "$work"/pictures/*.png "$here/pictures/"
