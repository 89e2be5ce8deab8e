#!/usr/bin/env bash
# mcp 2.3.0 (sse-starlette 3.7.0, uvicorn 0.54.0): `import mcp`, also for a client that never serves, replaces the method
# `handle_exit` of uvicorn's class Server for the whole process, because it imports sse-starlette, which does so on import. Every
# uvicorn server that starts later has its signals handled by sse-starlette first, whether it sends events or not.
# Seen: before: uvicorn.server, after: sse_starlette.sse
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check mcp==2.3.0 sse-starlette==3.7.0 uvicorn==0.54.0
"$folder/venv/bin/python" - <<'PY'
import uvicorn

before = uvicorn.Server.handle_exit.__module__
from mcp import Client

after = uvicorn.Server.handle_exit.__module__
print(f"before: {before}, after: {after}")
assert (before, after) == ("uvicorn.server", "sse_starlette.sse")
PY
