"""Test docs/operating.md's recovery to a point in time: earlier data is there, later is not."""

import os
import shutil
import subprocess
import time
from pathlib import Path

import psycopg

from app.embedded_postgres.programs import as_owner, hand_over, program
from tests.support.patience import PATIENCE
from tests.support.processes import parley
from tests.support.servers import PASSWORD, TcpServer, free_port, tcp_server
from tests.support.worlds import connect


def test_a_server_goes_back_to_a_point_in_time(tmp_path: Path) -> None:
    tmp_path.chmod(0o711)
    with tcp_server(tmp_path / "pg") as server:
        archive = server.data.parent / "archive"
        archive.mkdir()
        hand_over(archive)
        server.stop()
        (server.data / "pg_hba.conf").write_text(
            "host all all all scram-sha-256\nhost replication all all scram-sha-256\n"
        )
        server.options += [
            "--archive_mode=on",
            "--archive_command=test ! -f ../archive/%f && cp %p ../archive/%f",
        ]
        server.start()
        database = server.make_database("parley")
        assert (
            parley(
                "migrate", DATABASE_URL=database.url, DATABASE_OWNER_URL=database.owner_url
            ).returncode
            == 0
        )

        base = server.data.parent / "base"
        command = [
            program("pg_basebackup", server.data.stat().st_uid),
            "-D",
            "../base",
            "-X",
            "stream",
            "-c",
            "fast",
        ]
        login = [
            "-h",
            "127.0.0.1",
            "-p",
            str(server.port),
            "-U",
            psycopg.conninfo.conninfo_to_dict(server.url())["user"],
        ]
        ways = as_owner(server.data)
        subprocess.run(
            [*command, *login], check=True, **ways | {"env": ways["env"] | {"PGPASSWORD": PASSWORD}}
        )

        with connect(database.owner_url) as owner:
            owner.execute("CREATE TABLE marker AS SELECT 'before' AS said")
            row = owner.execute("SELECT clock_timestamp()::text, epoch FROM log_epoch").fetchone()
            assert row is not None
            target, epoch = row
            time.sleep(0.2)
            owner.execute("INSERT INTO marker VALUES ('after')")
            owner.execute("SELECT pg_switch_wal()")
            deadline = time.monotonic() + PATIENCE
            while owner.execute("SELECT last_archived_wal FROM pg_stat_archiver").fetchone() == (
                None,
            ):
                assert time.monotonic() < deadline
            time.sleep(1)
        server.stop()

        with open(base / "postgresql.auto.conf", "a") as file:
            file.write(
                f"restore_command = 'cp ../archive/%f %p'\nrecovery_target_time = '{target}'\n"
            )
            file.write("recovery_target_action = 'promote'\n")
        (base / "recovery.signal").touch()
        os.chown(base / "recovery.signal", server.data.stat().st_uid, -1)
        restored = TcpServer(base, free_port(), [o for o in server.options if "archive" not in o])
        restored.start()
        try:
            with connect(restored.url(database="parley")) as owner:
                assert owner.execute("SELECT said FROM marker").fetchall() == [("before",)]
                while owner.execute("SELECT pg_is_in_recovery()").fetchone() == (True,):
                    time.sleep(0.1)
                owner.execute("SELECT follow_timeline()")
                owner.execute("UPDATE sign_in SET ended_at = now() WHERE ended_at IS NULL")
                assert owner.execute("SELECT epoch FROM log_epoch").fetchone() != (epoch,)
        finally:
            restored.stop()
            shutil.rmtree(archive)
