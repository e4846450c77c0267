#!/usr/bin/env bash
# Checks that names in anonymous namespaces differ among the files that are compiled in groups (see
# BALLAST_GROUPS in CMakeLists.txt), and from what their headers declare: check_names.sh [ROOT].
# Where they do not, a group does not compile, or a call silently takes the other file's overload.
set -euo pipefail
cd "${1:-"$(dirname "${BASH_SOURCE[0]}")/.."}"

# Folders of one target, a line each; those that begin with ! are targets of their own.
groups=(
    "core !core/learning"
    "core/learning"
    "app/cli"
    "widgets"
    "app/desktop"
)
# A macro. One type may stand under one name in several files.
same='QStringLiteral'

status=0
for group in "${groups[@]}"; do
    read -ra words <<<"$group"
    without=()
    for word in "${words[@]:1}"; do without+=(-not -path "${word#!}/*"); done
    [[ -d ${words[0]} ]] || continue
    found=$(find "${words[0]}" \( -name '*.cpp' -o -name '*.h' \) "${without[@]}" -print0 |
        sort -z | xargs -0r awk '
        FNR == 1 { inside = header = FILENAME ~ /\.h$/ }
        /^namespace \{/ { inside = 1; next }
        /^\}  \/\/ namespace$/ { inside = header; next }
        !inside || /^[ \t}\/#]/ || /^(using namespace|static_assert|extern)/ { next }
        {
            line = $0
            type = ""
            sub(/^\[\[[a-z_]*\]\] /, "", line)
            sub(/^template<.*/, "", line)
            if (line ~ /^using [A-Za-z_0-9]+ = .*;/) {
                type = line
                sub(/^[^=]*= */, "", type)
                gsub(/[ ;]/, "", type)
            }
            if (line ~ /^(class|struct|enum class|enum|using) [A-Za-z_0-9]+( [{=:]| final)/) {
                sub(/^(class|struct|enum class|enum|using) /, "", line)
                sub(/[^A-Za-z_0-9].*/, "", line)
            } else if (line ~ /[ *&][A-Za-z_][A-Za-z_0-9]*\(/) {
                sub(/\(.*/, "", line)
                sub(/.*[ *&]/, "", line)
            } else if (line ~ /^(inline )?(constexpr|const) .*[ *&]k[A-Z][A-Za-z_0-9]*( =|\[|\{|$)/) {
                match(line, /[ *&]k[A-Z][A-Za-z_0-9]*( =|\[|\{|$)/)
                line = substr(line, RSTART + 1, RLENGTH - 1)
                sub(/[^A-Za-z_0-9].*/, "", line)
            } else next
            if (line != "") print line, FILENAME, type
        }' | sort -u | awk -v same="^($same)$" '
        # Headers may overload what headers declare.
        $1 == name && $1 !~ same && !(type != "" && $3 == type) && !(where ~ /\.h$/ && $2 ~ /\.h$/) {
            print where ", " $2 ": " $1 " is the name of both"
        }
        { name = $1; where = $2; type = $3 }')
    if [[ -n $found ]]; then
        echo "$found" >&2
        status=1
    fi
done
exit $status
