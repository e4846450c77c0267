#!/usr/bin/env bash
# The man page ballast(1) from what the program's --help says: man_page.sh PROGRAM.
set -euo pipefail

version=$("$1" --version | awk '{ print $NF }')
cat <<PAGE
.TH BALLAST 1 "" "Ballast $version" "User Commands"
.SH NAME
ballast \\- laboratory for imbalanced learning
.SH SYNOPSIS
.B ballast
.RI [ OPTION ...]
.RI [ FILE ...]
.SH DESCRIPTION
Opens the window on a workspace: experiments and sweeps, runs that train, what they say together and why.
A FILE is a config, or a figure that Ballast has exported.
.SH OPTIONS
PAGE
# Options begin with two blanks and a dash, and their texts go on further right.
"$1" --help | awk '
    function safe(text) { gsub(/\\/, "\\e", text); gsub(/-/, "\\-", text); return text }
    /^Arguments:/ { exit }
    /^  -/ {
        line = substr($0, 3)
        at = match(line, /  +/)
        print ".TP"
        if (at) {
            print ".B " safe(substr(line, 1, at - 1))
            text = substr(line, at); sub(/^ +/, "", text)
            print safe(text)
        } else print ".B " safe(line)
        next
    }
    /^    / { sub(/^ +/, ""); if ($0 ~ /^[.\x27]/) printf "\\&"; print safe($0) }'
cat <<'PAGE'
.SH SEE ALSO
.BR ballast\-cli (1)
PAGE
