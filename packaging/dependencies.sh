#!/usr/bin/env bash
# Installs what Ballast needs on Debian 12 and 13, as far as it is missing; further package names may
# be given. Fast and without any rights where everything is there.
set -euo pipefail

packages=(
    g++ cmake ninja-build ccache
    libtorch-dev libgloo-dev libopenblas-dev libdnnl-dev nlohmann-json3-dev libcli11-dev libboost-dev
    libssl-dev zlib1g-dev
    libpng-dev libturbojpeg0-dev libcurl4-openssl-dev libarchive-dev ca-certificates
    qt6-base-dev qt6-svg-dev libqcustomplot-dev
    fonts-inter fonts-dejavu-core
    dataset-fashion-mnist
    "$@"
)
# A Wayland session without an X server beside it.
if [[ -n ${WAYLAND_DISPLAY:-} && -z ${DISPLAY:-} ]]; then packages+=(qt6-wayland); fi

# What installs the same elsewhere, by package lists: nobody has tried it. $1: ID and ID_LIKE of os-release.
untried_command() {
    case " $1 " in
    *" fedora "*) echo dnf install gcc-c++ cmake ninja-build ccache python3-torch-devel openblas-devel \
        onednn-devel json-devel cli11-devel boost-devel openssl-devel zlib-devel libpng-devel turbojpeg-devel \
        libcurl-devel libarchive-devel qt6-qtbase-devel qt6-qtsvg-devel qcustomplot-qt6-devel \
        rsms-inter-fonts dejavu-sans-fonts ;;
    *" arch "*) echo pacman -S gcc cmake ninja ccache python-pytorch openblas onednn nlohmann-json cli11 boost \
        openssl zlib libpng libjpeg-turbo curl libarchive qt6-base qt6-svg inter-font ttf-dejavu, \
        and qcustomplot-qt6 from the AUR ;;
    *) echo Debian\'s names of what is needed: "${packages[*]}" ;;
    esac
}

if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    system=$(. "${BALLAST_OS_RELEASE:-/etc/os-release}" 2>/dev/null && echo "${ID:-} ${ID_LIKE:-}" || true)
    echo "ballast: this is no Debian; continuing with what is installed. To install it (untried):" \
        "$(untried_command "$system")" >&2
    exit 0
fi

installed=$(dpkg-query -W -f '${db:Status-Status} ${Package}\n' "${packages[@]}" 2>/dev/null || true)
missing=()
for package in "${packages[@]}"; do
    grep -qxF "installed $package" <<<"$installed" || missing+=("$package")
done
if ((${#missing[@]} == 0)); then exit 0; fi

apt_get=(env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0)
if ((EUID != 0)); then
    # Without a terminal sudo must not ask for a password.
    if command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
        apt_get=(sudo "${apt_get[@]}")
    else
        echo "ballast: these packages are missing, and neither root's rights nor sudo are at hand." >&2
        echo "ballast: as root: apt-get install --no-install-recommends ${missing[*]}" >&2
        exit 1
    fi
fi
echo "ballast: installing ${missing[*]}"
"${apt_get[@]}" update
# Only what fails is worth reading.
log=$(mktemp)
trap 'rm -f "$log"' EXIT
if ! "${apt_get[@]}" install -y --no-install-recommends "${missing[@]}" >"$log" 2>&1; then
    tail -n 30 "$log" >&2
    echo "ballast: apt-get could not install ${missing[*]}" >&2
    exit 1
fi
