#!/usr/bin/env bash
# The software bill of materials (SPDX 2.3, tag-value) of Debian packages: each, and the packages it
# depends on, in the versions installed here. sbom.sh PACKAGE.deb…
set -euo pipefail

cat <<HEAD
SPDXVersion: SPDX-2.3
DataLicense: CC0-1.0
SPDXID: SPDXRef-DOCUMENT
DocumentName: ballast
DocumentNamespace: urn:uuid:$(cat -- "$@" | sha256sum | sed 's/\(.\{8\}\)\(.\{4\}\)\(.\{4\}\)\(.\{4\}\)\(.\{12\}\).*/\1-\2-\3-\4-\5/')
Creator: Tool: packaging/sbom.sh
Created: $(date -u +%Y-%m-%dT%H:%M:%SZ)
HEAD
id() { printf 'SPDXRef-%s' "${1//[^A-Za-z0-9.-]/-}"; }
declare -A told=()
for deb in "$@"; do
    name=$(dpkg-deb -f "$deb" Package)
    cat <<PACKAGE

PackageName: $name
SPDXID: $(id "$name")
PackageVersion: $(dpkg-deb -f "$deb" Version)
PackageFileName: $(basename "$deb")
PackageChecksum: SHA256: $(sha256sum "$deb" | cut -d' ' -f1)
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageLicenseConcluded: GPL-3.0-or-later
PackageLicenseDeclared: GPL-3.0-or-later
PackageCopyrightText: NOASSERTION
Relationship: SPDXRef-DOCUMENT DESCRIBES $(id "$name")
PACKAGE
    for needed in $(dpkg-deb -f "$deb" Depends | tr ',' '\n' | sed 's/^ *//; s/[ (|].*//' | sort -u); do
        echo "Relationship: $(id "$name") DEPENDS_ON $(id "$needed")"
        [[ -n ${told[$needed]:-} || $needed == ballast-cli ]] && continue
        told[$needed]=$(dpkg-query -W -f '${Version}' "$needed" 2>/dev/null || echo NOASSERTION)
    done
done
for name in $(printf '%s\n' "${!told[@]}" | sort); do
    cat <<PACKAGE

PackageName: $name
SPDXID: $(id "$name")
PackageVersion: ${told[$name]}
PackageDownloadLocation: NOASSERTION
FilesAnalyzed: false
PackageLicenseConcluded: NOASSERTION
PackageLicenseDeclared: NOASSERTION
PackageCopyrightText: NOASSERTION
ExternalRef: PACKAGE-MANAGER purl pkg:deb/debian/$name@${told[$name]}
PACKAGE
done
