"""Test that `kill -9` during many writes loses nothing answered and leaves nothing half done."""

import http.client
import json
import threading
import time
from pathlib import Path

from tests.support.factories import position
from tests.support.fixtures import Lake
from tests.support.logged import verified
from tests.support.patience import PATIENCE
from tests.support.processes import Running, running
from tests.support.worlds import connect

WRITERS, ANSWERED = 4, 25  # the process is killed during the write after so many answers
# What each position must have in the log and beside it, for as many versions as it has.
WHOLE = """
SELECT p.summary FROM position p
WHERE p.version = (SELECT count(*) FROM log_revision WHERE kind = 'position' AND object_id = p.id)
  AND p.version = (SELECT count(*) FROM log_spell WHERE position_id = p.id)
  AND 1 = (SELECT count(*) FROM log_holding
           WHERE kind = 'position' AND object_id = p.id AND seq_to > 1e18)
  AND 1 = (SELECT count(*) FROM position_quote q JOIN quote_check c USING (quote_id)
           WHERE q.position_id = p.id)
  AND 1 = (SELECT count(*) FROM log_quote_use WHERE position_id = p.id)
  AND 1 = (SELECT count(*) FROM idempotency_key WHERE key = p.summary)
"""


def state(server: Running, token: str, key: str) -> int | None:
    """State a position with its key as summary; return the status, or None without an answer."""
    headers = {
        "Authorization": f"Bearer {token}",
        "Content-Type": "application/json",
        "Idempotency-Key": key,
    }
    try:
        return server.ask(
            "/api/v1/positions", "POST", json.dumps(position(summary=key)), **headers
        )[0]
    except (OSError, http.client.HTTPException):
        return None


def test_kill_in_a_storm_of_writes(lake: Lake, tmp_path: Path) -> None:
    token = lake.ada.token or ""
    sent: list[str] = []
    answered: list[str] = []

    def storm(server: Running, writer: str) -> None:
        for n in range(10_000):
            key = f"{writer}-{n}"
            sent.append(key)
            status = state(server, token, key)
            if status is None:
                return
            assert status == 201
            answered.append(key)

    with running(tmp_path, DATABASE_URL=lake.database.url) as server:
        threads = [
            threading.Thread(target=storm, args=(server, f"w{n}"), daemon=True)
            for n in range(WRITERS)
        ]
        for thread in threads:
            thread.start()
        while len(answered) < ANSWERED:
            time.sleep(0.01)
        server.process.kill()
        for thread in threads:
            thread.join(PATIENCE)
    with connect(lake.database.owner_url) as connection:
        # Transactions of the killed process end by themselves; wait for that before checking.
        while connection.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND usename = 'parley' "
            "AND state <> 'idle' AND pid <> pg_backend_pid()"
        ).fetchone() != (0,):
            time.sleep(0.05)
        there = [row[0] for row in connection.execute("SELECT summary FROM position")]
        whole = [row[0] for row in connection.execute(WHOLE)]
    assert set(answered) <= set(there) <= set(sent)
    assert sorted(whole) == sorted(there)
    assert verified(lake) == []
    # Writers without an answer repeat the request with the same key: it is stored once.
    for key in set(sent) - set(answered):
        assert (
            lake.ada.post("/positions", position(summary=key), **{"Idempotency-Key": key}).status
            == 201
        )
    with connect(lake.database.url) as connection:
        assert sorted(
            row[0] for row in connection.execute("SELECT summary FROM position")
        ) == sorted(sent)
