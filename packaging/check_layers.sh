#!/usr/bin/env bash
# Checks that each room includes only what it may know (CONTRIBUTING.md): check_layers.sh [ROOT].
# Prints every violation as file:line: the rule: the line, and fails where there is one. What is not
# allowed here fails: a new room or library needs a line below.
set -euo pipefail
cd "${1:-$(dirname "${BASH_SOURCE[0]}")/..}"

# Each room, and the rooms or headers of ours it may include.
rooms=(
    "core/base         core/base"
    "core/experiment   core/base core/experiment"
    "core/data         core/base core/experiment core/data"
    "core/results      core/base core/experiment core/results"
    "core/analysis     core/base core/experiment core/results core/analysis"
    "core/theory       core/base core/experiment core/results core/theory"
    "core/interchange  core/base core/experiment core/results core/interchange"
    "core/runs         core/base core/experiment core/data core/results core/interchange core/runs"
    "core/cluster      core/base core/experiment core/data core/results core/runs core/cluster"
    "core/learning     core/base core/experiment core/data core/results core/theory core/interchange core/learning
                       core/runs/training.h core/runs/learning.h core/runs/benchmarks.h core/runs/run_edits.h
                       core/runs/process_rank.h core/runs/settled_teacher.h"
    "widgets           core/base core/experiment core/results core/analysis core/theory widgets"
    "app/cli           core/base core/experiment core/data core/results core/analysis core/theory core/interchange core/runs
                       core/cluster app/cli"
    "app/desktop       core/base core/experiment core/data core/results core/analysis core/theory core/interchange core/runs
                       core/cluster widgets app/desktop"
)

# Headers of libraries and of the system, as patterns, and the rooms or files that may include them;
# those of the C++ standard, without a dot or slash, are free but for the last lines.
libraries=(
    '(unistd|fcntl|spawn|signal|stdlib|netinet/in|net/if|sys/[a-z]+)\.h   core app'
    'dlfcn\.h                                 core/runs/learning_library.cpp core/learning'
    'nlohmann/.*                              core widgets app'
    '(immintrin|cpuid)\.h                     core/base core/learning'
    'png\.h|turbojpeg\.h|curl/.*              core/data'
    'zlib\.h                                  core/data core/interchange'
    'openssl/.*                               core/base'
    'boost/.*                                 core/analysis'
    'archive(_entry)?\.h                      core/data'
    '(torch|ATen|c10|caffe2)/.*|omp\.h        core/learning'
    'dnnl.*                                   core/learning/kernels'
    'CLI/.*                                   app/cli'
    'qcustomplot\.h                           widgets/qcustomplot_wrapper.h'
    'QDirIterator                             widgets/icons.cpp app/desktop'
    'Q(Thread|File|SaveFile|Dir|FileInfo|FileDialog)|QtConcurrent.*   app/desktop'
    'Q[A-Z].*|q[a-z]+\.h                      widgets app/desktop'
    'thread|fstream|filesystem                core app'
)

# Whether the words $2… hold $1 or a folder that it is in.
within() {
    local path=$1 allowed
    shift
    for allowed in "$@"; do
        if [[ $path == "$allowed" || $path == "$allowed"/* ]]; then return 0; fi
    done
    return 1
}

violations=0
violation() {
    echo "$1"
    violations=$((violations + 1))
}

for file in core/*.h core/*.cpp app/*.h app/*.cpp; do
    [[ ! -e $file ]] || violation "$file: is in no room of packaging/check_layers.sh"
done
folders=()
for folder in core widgets app; do [[ -d $folder ]] && folders+=("$folder"); done
pattern='^[[:space:]]*#[[:space:]]*include[[:space:]]*(["<])([^">]+)[">]'
while IFS=: read -r file line text; do
    [[ $text =~ $pattern ]] || continue
    included=${BASH_REMATCH[2]}
    where="$file:$line"
    if [[ ${BASH_REMATCH[1]} == '"' ]]; then
        room=
        for rule in "${rooms[@]}"; do
            read -r -d '' -a words <<<"$rule " || true
            if within "$file" "${words[0]}"; then
                room=${words[0]}
                within "$included" "${words[@]:1}" ||
                    violation "$where: $room may not know $included: $text"
                break
            fi
        done
        [[ -n $room ]] || violation "$where: $file is in no room of packaging/check_layers.sh"
        continue
    fi
    known=
    for rule in "${libraries[@]}"; do
        read -r -a words <<<"$rule"
        if [[ $included =~ ^(${words[0]})$ ]]; then
            known=yes
            within "$file" "${words[@]:1}" ||
                violation "$where: <$included> may be included in ${words[*]:1} only: $text"
            break
        fi
    done
    if [[ -z $known && $included == *[./]* ]]; then
        violation "$where: <$included> is of no library that packaging/check_layers.sh knows: $text"
    fi
done < <(((${#folders[@]} == 0)) ||
    grep -rnE --include='*.h' --include='*.cpp' '^[[:space:]]*#[[:space:]]*include' "${folders[@]}" || true)

# Tests may know every room, but Torch and QCustomPlot stay where they are.
if [[ -d tests ]]; then
    while IFS= read -r found; do
        violation "$found: Torch in tests/core/learning only"
    done < <(grep -rnE --include='*.h' --include='*.cpp' '^[[:space:]]*#[[:space:]]*include[[:space:]]*[<"](torch|ATen|c10|caffe2|core/learning)/' tests |
        grep -v '^tests/core/learning/' || true)
    while IFS= read -r found; do
        violation "$found: QCustomPlot stays in widgets"
    done < <(grep -rnE --include='*.h' --include='*.cpp' '^[[:space:]]*#[[:space:]]*include.*qcustomplot' tests | grep -v '^tests/widgets/' || true)
fi
while IFS= read -r found; do
    violation "$found: widgets have no threads and no files"
done < <(grep -rnE --include='*.h' --include='*.cpp' '^[^#]*(std::(jthread|thread|filesystem|[io]?fstream)\b|\bQ(Thread|File|SaveFile)\b)' widgets 2>/dev/null || true)

if ((violations > 0)); then
    echo "layers broken: $violations" >&2
    exit 1
fi
