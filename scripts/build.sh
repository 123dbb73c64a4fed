# shellcheck shell=bash
# Building: the toolchains, the web pages and the binary. Sourced, never run.
# lib.sh comes first. What is up to date is not built again; .local/ remembers from what it was built.

root=${root:?} state=${state:?}

go_fallback=1.26.8 # fetched through the Go module proxy where the distribution's Go is too old
node_oldest=20.19
node_fallback=22

bin=$state/bin/doorstep

# at_least VERSION OLDEST
at_least() { [ "$(printf '%s\n%s\n' "$2" "$1" | sort -V | head -n 1)" = "$2" ]; }

go_version() { (cd / && GOTOOLCHAIN=local go version) | sed 's/^go version go//; s/ .*//'; }

# packages PART... installs, all at once, what the machine has not got of
# go, cc, node, chromium, services and system-services, which are the system's own
# binaries also where there is a Docker engine.
packages() {
	local part found missing=()
	PATH=$PATH:/usr/local/go/bin
	for part; do
		case $part in
		go) command -v go >/dev/null || missing+=(golang-go ca-certificates) ;;
		cc) command -v gcc >/dev/null || missing+=(gcc libc6-dev) ;; # links the race detector
		node) if ! command -v node || ! command -v npm; then missing+=(nodejs npm); fi >/dev/null ;;
		# The consoles are shown in Estonian and Russian too: a font with those letters.
		chromium) chromium_path >/dev/null || missing+=(chromium fonts-dejavu-core) ;;
		services)
			found=$("$root/scripts/services" missing) || return 1
			mapfile -t -O ${#missing[@]} missing < <(printf %s "$found")
			;;
		system-services)
			found=$("$root/scripts/services" missing-system) || return 1
			mapfile -t -O ${#missing[@]} missing < <(printf %s "$found")
			;;
		esac
	done
	[ ${#missing[@]} = 0 ] || install_packages "${missing[@]}"
}

chromium_path() { command -v chromium || command -v chromium-browser || command -v google-chrome; }

# need_go puts a Go that go.mod accepts on PATH: the one that is there, or a
# newer one that it fetches.
need_go() {
	local want found folder
	want=$(sed -n 's/^go //p' "$root/go.mod")
	PATH=$state/go/bin:$PATH:/usr/local/go/bin
	export PATH GOTOOLCHAIN=local
	found=$(go_version)
	if at_least "$found" "$want"; then return; fi
	say "    Go $found is here, $want is needed: fetching Go $go_fallback"
	# A Go toolchain is an ordinary module, checked against the public checksum
	# database. Go before 1.21 cannot switch to it by itself, but can download it.
	folder=$(cd / && GOMODCACHE=$state/go-toolchain GOFLAGS=-modcacherw go mod download -json \
		"golang.org/toolchain@v0.0.1-go$go_fallback.$(go env GOOS)-$(go env GOARCH)" | sed -n 's/^\t"Dir": "\(.*\)",\{0,1\}$/\1/p') || true
	[ -d "$folder" ] || fail "Go $want or newer is needed, found $found, and fetching a newer one failed. Install it from https://go.dev/dl/ and run this again."
	chmod -R u+x "$folder/bin" "$folder/pkg/tool"
	ln -sfn "$folder" "$state/go"
	hash -r
}

node_version() { node --version | sed 's/^v//'; }

# need_node does the same for Node.js.
need_node() {
	PATH=$state/node/node_modules/.bin:$PATH
	export PATH
	if at_least "$(node_version)" "$node_oldest"; then return; fi
	say "    Node.js $(node --version) is here, $node_oldest is needed: fetching Node.js $node_fallback"
	mkdir -p "$state/node"
	npm install --prefix "$state/node" --no-save --no-audit --no-fund "node@$node_fallback" >"$state/node/install.log" 2>&1 || true
	hash -r
	at_least "$(node_version)" "$node_oldest" ||
		fail "Node.js $node_oldest or newer is needed, found $(node --version), and fetching a newer one failed (.local/node/install.log). Install it from https://nodejs.org and run this again."
}

# fingerprint PATH... of the contents of these files and folders, as far as they
# exist, without what is made from them.
fingerprint() {
	(
		cd "$root"
		{ find "$@" \( -name node_modules -o -path web/dist -o -path web/test-results \) -prune -o -type f -print0 2>/dev/null || true; } |
			sort -z | xargs -0 sha256sum | sha256sum | cut -d' ' -f1
	)
}

# unless_made NAME FINGERPRINT COMMAND... runs the command if it has not yet
# succeeded for that fingerprint.
unless_made() {
	local stamp=$state/made.$1 of=$2
	shift 2
	if [ "$(cat "$stamp" 2>/dev/null)" = "$of" ]; then return; fi
	rm -f "$stamp"
	"$@" && printf '%s' "$of" >"$stamp"
}

web_packages() {
	[ -d "$root/web/node_modules" ] || rm -f "$state/made.packages"
	unless_made packages "$(node --version)$(fingerprint web/package.json web/package-lock.json)" \
		npm --prefix "$root/web" ci --no-audit --no-fund
}

web_pages() {
	[ -e "$root/web/dist/index.html" ] || rm -f "$state/made.pages"
	unless_made pages "$(node --version)$(fingerprint web)" npm_run build
}

npm_run() { (cd "$root/web" && npm run --silent "$@"); }

binary() {
	local vcs=auto
	git -C "$root" rev-parse HEAD >/dev/null 2>&1 || vcs=false # no git, or another user's clone
	(cd "$root" && go build -buildvcs=$vcs -o "$bin" ./cmd/doorstep)
}
