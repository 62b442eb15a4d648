#!/usr/bin/env bash
# The 32-bit MicroPython that the tests need: Debian trixie's micropython:i386 and its libraries, unpacked into a
# folder, nothing installed. Usage: tools/fetch_vm32.sh FOLDER
#
# The ESP32 is a 32-bit machine and viper code behaves differently on 64 bits. The packages come by their pool path
# from the mirror that apt is set up for, and are checked against the SHA-256 below; when one has left the pool, apt
# itself finds its successor through a private sources list.
set -euo pipefail

folder=${1:?usage: tools/fetch_vm32.sh FOLDER}
loader=root/usr/lib/i386-linux-gnu/ld-linux.so.2
start() { "$folder/$loader" --library-path "$folder/root/usr/lib/i386-linux-gnu" "$folder/root/usr/bin/micropython" "$@"; }
say() { echo "fetch_vm32: $*" >&2; }

if [ -x "$folder/$loader" ] && start -c 'import sys; assert sys.maxsize == 0x7fffffff' 2>/dev/null; then
    exit 0
fi
for tool in apt-get dpkg; do
    command -v $tool >/dev/null || { say "needs $tool (Debian or a relative of it)"; exit 1; }
done
case "$(uname -m)" in x86_64 | i?86) ;; *) say "needs an x86 machine"; exit 1 ;; esac

# SHA-256, path in the pool
pinned='
a72799821cb45442150f8a7f0757bc8e4f9a4b64abccbd837d694a20d6900bb5 pool/main/m/micropython/micropython_1.25.0+ds-1_i386.deb
67bb4b54cf4bb6a380449dfa1852cd9135659f85360caa0e41d312f4b30e573a pool/main/g/glibc/libc6_2.41-12+deb13u4_i386.deb
8bafefb38c320ca27796070c881595ce04d900c3b534ac142a494daf1fe1db13 pool/main/libf/libffi/libffi8_3.4.8-2_i386.deb
eb1b20154ce9008aca1d036698ffc12019020a54985d2c5ae3dc1c1c39c9e995 pool/main/m/mbedtls/libmbedtls21_3.6.6-0.1~deb13u1_i386.deb
aa4698ed436eebf77e3dc9f5c514073bd554109d857d887db5a367dde9a5c377 pool/main/m/mbedtls/libmbedcrypto16_3.6.6-0.1~deb13u1_i386.deb
fe6ba192c9227d30a4cd05a3bdeccdf9ff30d55b27d8ff488126c16dcf727cce pool/main/m/mbedtls/libmbedx509-7_3.6.6-0.1~deb13u1_i386.deb
a4c71fd856d2a48a7505a087b4186e3cca23f94603c05e3fb7c799b27e72f761 pool/main/g/gcc-14/libgcc-s1_14.2.0-19_i386.deb
'

mirror() { # the first Debian archive in apt's own sources, deb822 or one-line
    {
        sed -n 's/^URIs:[[:space:]]*\([^[:space:]]*\).*/\1/p' /etc/apt/sources.list.d/*.sources 2>/dev/null || true
        sed -n 's/^deb[[:space:]]\(\[[^]]*\][[:space:]]*\)\?\([^[:space:]]*\).*/\2/p' \
            /etc/apt/sources.list /etc/apt/sources.list.d/*.list 2>/dev/null || true
    } | grep -E '/debian/?$' | grep -v security | head -n 1 | sed 's:/$::'
}

archive=$(mirror)
[ -n "$archive" ] || { say "apt has no Debian archive in its sources"; exit 1; }
mkdir -p "$folder"
folder=$(cd "$folder" && pwd)
work=$(mktemp -d "$folder/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT

by_pool() { # SHA-256, path; apt-helper checks the sum
    /usr/lib/apt/apt-helper -q download-file "$archive/$2" "$work/$(basename "$2")" "SHA256:$1" >/dev/null 2>&1
}

by_apt() { # package name
    if [ ! -d "$work/apt" ]; then
        mkdir -p "$work/apt"/{lists/partial,cache/archives/partial,etc}
        : >"$work/apt/status"
        keyring=/usr/share/keyrings/debian-archive-keyring.gpg
        echo "deb [arch=i386 signed-by=$keyring] $archive trixie main" >"$work/apt/etc/sources.list"
        cat >"$work/apt/apt.conf" <<CONF
Dir::State "$work/apt"; Dir::State::lists "$work/apt/lists"; Dir::State::status "$work/apt/status";
Dir::Cache "$work/apt/cache"; Dir::Etc::sourcelist "$work/apt/etc/sources.list"; Dir::Etc::sourceparts "-";
APT::Architecture "i386"; APT::Architectures {"i386";}; APT::Sandbox::User "root";
CONF
        APT_CONFIG=$work/apt/apt.conf apt-get -qq update || return 1
    fi
    (cd "$work" && APT_CONFIG=$work/apt/apt.conf apt-get -qq download "$1")
}

while read -r sum path; do
    [ -n "$sum" ] || continue
    package=$(basename "$path" | cut -d_ -f1)
    by_pool "$sum" "$path" || by_apt "$package" || { say "could not get $package (i386) from the Debian archive"; exit 1; }
done <<<"$pinned"

rm -rf "$folder/root"
for deb in "$work"/*.deb; do
    dpkg -x "$deb" "$folder/root"
done
start -c 'import sys; assert sys.maxsize == 0x7fffffff' || { say "the unpacked MicroPython does not start"; exit 1; }
say "32-bit MicroPython is in $folder"
