#!/bin/sh
# newer-programs.sh FOLDER: clients that Debian's newer releases have, unpacked into FOLDER and installed
# nowhere. Tests find them by REGBENCH_NEWER_PROGRAMS=FOLDER/usr/bin. Fails where they cannot be had.
set -eu
folder=$(mkdir -p "$1" && cd "$1" && pwd)
apt=$folder/apt
keys=/usr/share/keyrings/debian-archive-keyring.gpg
mkdir -p "$apt/lists/partial" "$apt/cache/archives/partial"
cat >"$apt/sources.list" <<EOF
deb [signed-by=$keys] http://deb.debian.org/debian trixie main
deb [signed-by=$keys] http://deb.debian.org/debian sid main
EOF
get() {
	apt-get -q -o APT::Sandbox::User=root \
		-o Dir::Etc::SourceList="$apt/sources.list" -o Dir::Etc::SourceParts=/dev/null \
		-o Dir::State::Lists="$apt/lists" -o Dir::Cache="$apt/cache" "$@"
}
get update
cd "$apt"
get download cosign/trixie oras/trixie crane/sid notation/sid
for package in ./*.deb; do dpkg-deb --extract "$package" "$folder"; done
rm -rf "$apt"
# A program that needs a newer system than this one shows it here.
for program in cosign oras crane notation; do "$folder/usr/bin/$program" version >/dev/null; done
