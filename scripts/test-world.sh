#!/bin/sh
# The first process of the suite's own world; scripts/test.mjs starts it in new network, mount
# and process namespaces. Arguments: a private folder, then the command to run.
set -eu

folder=$1
shift

mount --make-rprivate /
ip link set lo up

# Tests may name any host here without the machine noticing.
cp /etc/hosts "$folder/hosts"
mount --bind "$folder/hosts" /etc/hosts

# Certificates for dockerd go to /etc/docker; sockets of the machine's own engines live in /run.
# A daemon that never ran has no such folder yet, and would make it outside of this world.
if command -v dockerd >/dev/null || [ -d /etc/docker ]; then
	mkdir -p /etc/docker
	mount -t tmpfs -o mode=755 regbench /etc/docker
fi
mount -t tmpfs -o mode=755 regbench /run
mkdir -p /run/lock

# A shell as the first process reaps orphans, which Node would leave behind as zombies.
"$@" &
child=$!
status=0
wait "$child" || status=$?
exit "$status"
