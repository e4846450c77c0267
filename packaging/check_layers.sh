#!/usr/bin/env bash
# Checks that each room includes only what it may know (CONTRIBUTING.md). Prints every violation as
# file:line: rule: the line, and fails where there is one.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

violations=0

# forbid RULE PATTERN PATH… [-- EXCEPTED…]: no line of a source under PATH matches PATTERN.
forbid() {
    local rule=$1 pattern=$2 line path excepted paths=() exceptions=()
    shift 2
    while (($# > 0)) && [[ $1 != -- ]]; do
        [[ -e $1 ]] && paths+=("$1")
        shift
    done
    exceptions=("${@:2}")
    ((${#paths[@]} > 0)) || return 0
    while IFS= read -r line; do
        path=${line%%:*}
        for excepted in "${exceptions[@]}"; do
            if [[ $path == "$excepted" || $path == "$excepted"/* ]]; then continue 2; fi
        done
        echo "$(cut -d: -f1,2 <<<"$line"): $rule: $(cut -d: -f3- <<<"$line")"
        violations=$((violations + 1))
    done < <(grep -rnE --include='*.h' --include='*.cpp' "$pattern" "${paths[@]}")
}

include='^[[:space:]]*#[[:space:]]*include[[:space:]]*'
qt="${include}[<\"](Q[A-Z]|Qt[A-Z][A-Za-z]*/|q[a-z]+\.h)"
rooms=(core widgets app tests)

forbid "Torch lives in core/learning" \
    "${include}[<\"](torch|ATen|c10|caffe2)/" "${rooms[@]}" -- core/learning tests/core/learning
forbid "only core/learning sees its headers; others use the door, core/run.h" \
    "${include}\"core/learning/" "${rooms[@]}" -- core/learning tests/core/learning
forbid "Qt starts at widgets" "$qt" core app/cli
forbid "core knows no widgets and no app" "${include}\"(widgets|app)/" core
forbid "the command line knows no widgets and no desktop" \
    "${include}\"(widgets|app/desktop)/" app/cli
forbid "experiment says what to do, and knows nothing of doing it" \
    "${include}\"core/(results|theory|learning|run|executor|data_store|fetch)[/.]" core/experiment
forbid "results knows experiment only" \
    "${include}\"core/(theory|learning|run|executor|data_store|fetch)[/.]" core/results
forbid "theory knows results and experiment only" \
    "${include}\"core/(learning|run|executor|data_store|fetch)[/.]" core/theory
forbid "learning is run by the executor and does not know it" \
    "${include}\"core/executor[/.]" core/learning
forbid "widgets know experiment, results and theory only" \
    "${include}\"(app/|core/(learning|run|executor|data_store|fetch)[/.])" widgets
forbid "widgets have no threads and no files" \
    "${include}<(QThread|QFile|QSaveFile|QDir|QtConcurrent|thread|fstream|filesystem)[>.]" widgets
forbid "widgets have no threads and no files" \
    'std::(jthread|thread|filesystem|[io]?fstream)\b|\bQ(Thread|File|SaveFile)\b' widgets
forbid "qcustomplot.h stays in widgets" "${include}[<\"].*qcustomplot\.h" app core tests/app tests/core

if ((violations > 0)); then
    echo "$violations violations of the layers" >&2
    exit 1
fi
