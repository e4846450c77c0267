#!/usr/bin/env bash
# Packs what a workspace's finished runs say, without their checkpoints: pack.sh WORKSPACE. The same
# files give the same archive.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
workspace=${1:?usage: pack.sh WORKSPACE}

cd "$workspace"
finished=$(grep -l '"state": "finished"' runs/*/status.json | xargs -rn1 dirname)
[[ -n $finished ]] || { echo "pack.sh: $workspace has no finished run" >&2; exit 1; }
files=$(for run in $finished; do
            for file in run.json status.json epochs.jsonl notes.json; do
                [[ -f $run/$file ]] && echo "$run/$file" || true
            done
        done)
[[ -f sets.json ]] && files+=$'\n'sets.json
[[ -d sweeps ]] && files+=$'\n'$(ls sweeps/*.json)
tar --sort=name --mtime=2026-01-01 --owner=0 --group=0 --numeric-owner -cJf "$here/workspace.tar.xz" $files
echo "pack.sh: $(wc -w <<<"$finished") runs in $here/workspace.tar.xz, $(du -h "$here/workspace.tar.xz" | cut -f1)"
