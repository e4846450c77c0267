#!/usr/bin/env bash
# Builds everything with warnings as errors and runs all tests. Arguments go to ctest, e.g. -L quick.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

packaging/dependencies.sh locales  # the tests make a locale with decimal commas
packaging/build.sh ci
exec ctest --preset ci --parallel "$(nproc)" "$@"
