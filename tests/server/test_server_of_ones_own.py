"""Test a PostgreSQL server of the operator's own: over TCP, with passwords and TLS.

With several hosts, two roles, and restarts.
"""

import re
import signal
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from app.db.schema import migrate
from app.embedded_postgres.server import Server
from app.server.backups import back_up, restore
from tests.support.processes import ROOT, Running, command, load, parley, running
from tests.support.servers import SERVING, TcpServer, free_port, tcp_server, tls_front
from tests.support.waiting import wait_until
from tests.support.worlds import connect

NOW = datetime(2026, 11, 24, tzinfo=UTC)
SEEDS = "seeds/ukraine-ceasefire-2025"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[TcpServer]:
    """Run a server for all tests of this file."""
    folder = tmp_path_factory.mktemp("own")
    folder.chmod(0o711)
    with tcp_server(folder / "pg") as server:
        yield server


@pytest.fixture(scope="module")
def filled(own: TcpServer) -> Server:
    """Load the example as docs/operating.md describes."""
    database = own.make_database("filled")
    ways = {"DATABASE_URL": database.url, "DATABASE_OWNER_URL": database.owner_url}
    unmigrated = parley("serve", "--port", "0", DATABASE_URL=database.owner_url)
    assert (unmigrated.returncode, "parley migrate" in unmigrated.stderr) == (1, True)
    for arguments in (("migrate",), ("import", SEEDS)):
        done = command(*arguments, **ways)
        assert done.exit_code == 0, done.stderr
    return database


def test_the_serving_role_may_neither_change_the_schema_nor_the_log(filled: Server) -> None:
    with connect(filled.url) as session:
        assert session.info.user == SERVING
        assert session.info.password == "p%/:@ s"  # of the role that `migrate` has made
        for statement in (
            "CREATE TABLE mine ()",
            "ALTER TABLE party ADD COLUMN more int",
            "DROP TABLE look",
            "UPDATE log_commit SET by = 'me'",
            "DELETE FROM log_revision",
            "TRUNCATE log_revision",
            "UPDATE log_epoch SET epoch = gen_random_uuid()",
            "UPDATE alembic_version SET version_num = ''",
            "ALTER TABLE log_revision DISABLE TRIGGER ALL",
        ):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                session.execute(statement)


def test_the_roles_of_the_guide_suffice_and_are_no_superusers(own: TcpServer) -> None:
    guide = (ROOT / "docs/operating.md").read_text()
    [block] = re.findall(r"```sql\n(CREATE ROLE parley_owner.*?)```", guide, re.DOTALL)
    with connect(own.url()) as session:
        for statement in block.replace("…", "secret").split(";"):
            session.execute(statement.encode())
    host = f"127.0.0.1:{own.port}/parley"
    ways = {
        "DATABASE_URL": f"postgresql://parley:secret@{host}",
        "DATABASE_OWNER_URL": f"postgresql://parley_owner:secret@{host}",
    }
    for arguments in (("migrate",), ("import", SEEDS)):
        done = command(*arguments, **ways)
        assert done.exit_code == 0, done.stderr


def test_of_several_hosts_the_one_that_takes_writes_is_used(
    own: TcpServer, filled: Server, tmp_path: Path
) -> None:
    user = filled.url.partition("@")[0]
    several = (
        f"{user}@127.0.0.1:{free_port()},127.0.0.1:{own.port}/filled"
        "?target_session_attrs=read-write"
    )
    sqlalchemys = f"{user}@/filled?host=127.0.0.1:{free_port()}&host=127.0.0.1:{own.port}"
    for url in (several, sqlalchemys):
        assert command("user", "list", DATABASE_URL=url).exit_code == 0
    with running(tmp_path, DATABASE_URL=several, PARLEY_UNSAFE_DATABASE="off") as server:
        assert server.ask("/n/ukraine-ceasefire-2025")[0] == 200


def test_backups_go_in_and_out_by_tls(own: TcpServer, filled: Server, tmp_path: Path) -> None:
    with tls_front(tmp_path, own.port) as (port, certificate):
        trusted = f"?sslmode=verify-full&sslrootcert={certificate}&channel_binding=disable"

        def by_tls(url: str, query: str) -> str:
            return url.replace(f"127.0.0.1:{own.port}", f"localhost:{port}") + query

        there = Server(by_tls(filled.url, trusted), by_tls(filled.owner_url, trusted))
        with connect(there.url) as session:
            assert session.pgconn.ssl_in_use
        path, manifest = back_up(there, tmp_path / "backup.zip", now=NOW)
        new = own.make_database("by_tls")
        restored = restore(Server(by_tls(new.url, trusted), by_tls(new.owner_url, trusted)), path)
        assert restored == manifest
        assert migrate(new.owner_url, new.url)[0] == manifest.schema
        other = tmp_path / "other"
        other.mkdir()
        with tls_front(other, own.port) as (_, stranger):
            refused = parley(
                "backup",
                str(tmp_path / "no.zip"),
                DATABASE_URL=by_tls(
                    filled.url,
                    f"?sslmode=verify-full&sslrootcert={stranger}&channel_binding=disable",
                ),
            )
        assert (refused.returncode, "certificate" in refused.stderr) == (1, True)


def test_a_wrong_password_is_told_in_one_line(filled: Server) -> None:
    done = parley("user", "list", DATABASE_URL=filled.url.replace("p%25", "wrong"))
    assert done.returncode == 1
    assert len(done.stderr.splitlines()) == 1
    assert "wrong%" not in done.stderr


@pytest.fixture(scope="module")
def serving(filled: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Serve the database without caching responses."""
    settings = {"PARLEY_CACHE": "off", "PARLEY_UNSAFE_DATABASE": "off"}
    folder = tmp_path_factory.mktemp("serving")
    with running(folder, DATABASE_URL=filled.url, **settings) as server:
        yield server


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT, signal.SIGKILL])
def test_it_recovers_by_itself_when_the_server_comes_back(
    own: TcpServer, serving: Running, how: signal.Signals
) -> None:
    path = "/api/v1/negotiations/ukraine-ceasefire-2025/matrix"
    healthy: list[int] = []
    done = threading.Event()

    def watch() -> None:
        while not done.wait(0.1):
            healthy.append(serving.ask("/healthz")[0])

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    with load(serving.port, path, b"nato-membership", clients=2, pause=0.05) as clients:
        wait_until(lambda: clients.outcomes["ok"] > 4)
        own.stop(how)
        wait_until(lambda: clients.outcomes["503"] > 4)
        asked = len(healthy)
        wait_until(lambda: len(healthy) > asked + 4)  # while its database is away
        own.start()
        serving.wait_until_ready()
        # Requests under way may still fail; after them, none does.
        wait_until(lambda: set(clients.told[-40:]) == {"ok"})
    done.set()
    watcher.join()
    assert set(healthy) == {200}
    assert clients.outcomes.keys() <= {"ok", "503"}, clients.outcomes
    assert serving.process.poll() is None
