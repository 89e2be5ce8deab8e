"""Test that a migration keeps nobody waiting, and does nothing if it cannot get its locks."""

import threading
import time

import pytest
from sqlalchemy.exc import OperationalError

from app.db import schema
from app.embedded_postgres.server import Server
from tests.support.migrations import a_step_ahead
from tests.support.patience import PATIENCE
from tests.support.worlds import connect


def test_a_migration_gives_up_its_lock_before_readers_have_waited_long(
    database: Server, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    a_step_ahead(
        monkeypatch, tmp_path_factory.mktemp("ahead"), "ALTER TABLE party ADD COLUMN later int"
    )

    def read() -> None:
        with connect(database.url) as reader:
            time.sleep(1)  # the migration waits for its lock by then
            reader.execute("SELECT count(*) FROM party")

    reading = threading.Thread(target=read)
    with connect(database.owner_url, autocommit=False) as busy:
        busy.execute("SELECT count(*) FROM party")  # the transaction stays open
        reading.start()
        with pytest.raises(OperationalError, match="lock timeout"):
            schema.migrate(database.owner_url, database.url)
        reading.join(PATIENCE)
        # The reader finished while the busy session still held its lock.
        assert not reading.is_alive()
    # Once no other session holds a lock.
    assert schema.migrate(database.owner_url, database.url)[1] == "20990101_0001"


def test_the_previous_program_serves_the_new_schema_unless_told_otherwise(
    database: Server, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    before, folder = schema.newest(), schema.FOLDER
    for breaks in (False, True):
        a_step_ahead(monkeypatch, tmp_path_factory.mktemp("ahead"), "SELECT 1", breaks=breaks)
        schema.migrate(database.owner_url, database.url)
        monkeypatch.setattr(schema, "FOLDER", folder)
        with schema.connected(database.url) as connection:
            problem = schema.problem_of(connection)
        assert schema.newest() == before
        assert (problem is not None) is breaks
