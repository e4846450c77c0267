#!/usr/bin/env bash
# Makes the Debian packages of this system's release: builds, packs, checks them with lintian where it is
# installed, and writes checksums and an SBOM (SPDX) beside them. release.sh [FOLDER]; default build/packages.
# The packager is DEBFULLNAME and DEBEMAIL, or else git's.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."
out=$(realpath -m "${1:-build/packages}")

packaging/dependencies.sh file desktop-file-utils appstream
release=1
system=$(. /etc/os-release && echo "${ID/debian/deb}${VERSION_ID:-}")
if [[ -n $system ]]; then release=1~$system; fi
name=${DEBFULLNAME:-$(git config user.name || echo "The Ballast contributors")}
mail=${DEBEMAIL:-$(git config user.email || echo "ballast@localhost")}
date=$(git log -1 --format=%cD 2>/dev/null || date -R)
mkdir -p build/package
cmake --preset release -B build/package -DCMAKE_INSTALL_PREFIX=/usr -DBALLAST_TESTS=OFF -DBALLAST_PACKAGE=ON \
    -DCPACK_DEBIAN_PACKAGE_RELEASE="$release" -DBALLAST_PACKAGER="$name <$mail>" \
    -DBALLAST_CHANGELOG_DATE="$date" >build/package/configure.log
cmake --build build/package --parallel "$(nproc)"

desktop-file-validate packaging/ballast.desktop
# The ID is a plain name and there is no home page, which newer versions warn of: Ballast has no domain of its own.
metadata=$(appstreamcli validate --no-net --override=cid-desktopapp-is-not-rdns=info \
    packaging/ballast.metainfo.xml || true)
if grep -qE '^E:|not recognized' <<<"$metadata" || ! grep -q 'Validation' <<<"$metadata"; then
    echo "$metadata" >&2
    exit 1
fi
mkdir -p "$out"
rm -f "$out"/ballast*.deb "$out"/SHA256SUMS "$out"/ballast.spdx
cpack --config build/package/CPackConfig.cmake -B "$out" >build/package/cpack.log ||
    { tail -n 20 build/package/cpack.log >&2; exit 1; }
rm -rf "$out/_CPack_Packages"
packaging/sbom.sh "$out"/ballast*.deb >"$out/ballast.spdx"
(cd "$out" && sha256sum -- ballast*.deb ballast.spdx >SHA256SUMS)
if command -v lintian >/dev/null; then
    lintian --fail-on error,warning "$out"/ballast*.deb
else
    echo "ballast: lintian is not installed; the packages are not checked"
fi
ls -l "$out"
