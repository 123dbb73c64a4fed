# shellcheck shell=bash
# What the scripts share: where the clone is, how progress is shown, how a
# package is installed. Sourced, never run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
state=$root/.local # everything the scripts make; removing it starts anew

say() { printf '%s\n' "$*" >&2; }

fail() {
	printf 'doorstep: %s\n' "$*" >&2
	exit 1
}

# step TITLE COMMAND... runs the command and says how long it took.
step() {
	local title=$1 began=$SECONDS
	shift
	say "==> $title"
	"$@" || fail "failed: $title (after $((SECONDS - began)) s)"
	say "    done: $title ($((SECONDS - began)) s)"
}

# as_root COMMAND... runs the command as root, if this user may do that
# without being asked for a password.
as_root() {
	if [ "$(id -u)" = 0 ]; then
		"$@"
	elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
		sudo -n "$@"
	else
		return 1
	fi
}

# install_packages PACKAGE... installs distribution packages, without letting
# them start services or create a PostgreSQL cluster of their own: Doorstep
# runs its own under .local/. It says which packages are missing when it may not.
install_packages() {
	if ! command -v apt-get >/dev/null || ! as_root true; then
		fail "missing: $*. Install them as root and run this again:
    apt-get install --no-install-recommends $*"
	fi
	say "    installing $*"
	mkdir -p "$state"
	as_root env DEBIAN_FRONTEND=noninteractive LOG="$state/install.log" bash -s -- "$@" <<-'INSTALL' ||
		set -euo pipefail
		policy=/usr/sbin/policy-rc.d clusters=/etc/postgresql-common/createcluster.d/doorstep.conf
		undo() {
			if [ -n "${wrote_policy:-}" ]; then rm -f "$policy"; fi
			rm -f "$clusters"
		}
		trap undo EXIT
		if [ ! -e "$policy" ]; then
			wrote_policy=1
			printf '#!/bin/sh\nexit 101\n' >"$policy"
			chmod 755 "$policy"
		fi
		mkdir -p "${clusters%/*}"
		echo 'create_main_cluster = false' >"$clusters"
		install() { apt-get -o DPkg::Lock::Timeout=120 install -y --no-install-recommends "$@" >>"$LOG" 2>&1 </dev/null; }
		had_redis=$(command -v redis-server || true)
		if ! install "$@"; then # package lists may be missing or old
			apt-get -o DPkg::Lock::Timeout=120 update >>"$LOG" 2>&1 </dev/null
			install "$@"
		fi
		if [ -z "$had_redis" ] && command -v redis-server >/dev/null && command -v systemctl >/dev/null; then
			systemctl disable redis-server >>"$LOG" 2>&1 || true # not at the next boot either
		fi
	INSTALL
		fail "could not install: $*. The reason is in .local/install.log; install them by hand and run this again:
    apt-get install --no-install-recommends $*"
}

# listening PORT: does anything on this machine listen there?
listening() {
	local hex
	hex=$(printf ':%04X' "$1")
	awk -v p="$hex\$" '$4 == "0A" && $2 ~ p { found = 1 } END { exit !found }' /proc/net/tcp /proc/net/tcp6 2>/dev/null
}

# reachable PORT: does it take a connection on 127.0.0.1?
reachable() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }

# await COMMAND... tries for half a minute.
await() {
	local try
	for ((try = 0; try < 300; try++)); do
		if "$@"; then return; fi
		sleep 0.1
	done
	return 1
}
