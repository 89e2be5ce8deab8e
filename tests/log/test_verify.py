"""Test the chain of hashes: it covers every write, and changes outside the program are found."""

from typing import Any

import psycopg
import pytest

from app.log import verify
from tests.matrix.test_statements import forget
from tests.support.factories import TEXT, quote
from tests.support.fixtures import Lake
from tests.support.logged import verified
from tests.support.worlds import connect


def entries(lake: Lake) -> list[tuple[int, int, int]]:
    """Return, for each commit, its number and how many revisions and objects it has."""
    with connect(lake.database.url) as connection:
        return connection.execute(
            "SELECT c.seq, count(r), count(DISTINCT (r.kind, r.object_id)) FROM log_commit c "
            "LEFT JOIN log_revision r ON r.seq = c.seq GROUP BY c.seq ORDER BY c.seq"
        ).fetchall()


def test_a_log_of_everything_is_verified(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    ada = lake.ada
    odd = "“naïve” \u200b\u202e𝔘 \t\n\\ \" '"
    number = ada.state(
        summary=odd, salience=0, quotes=[quote(speaker={"name": odd}, translation=odd)]
    )["id"]
    ada.correct(number, reason=odd, conditions={"q40": "only if “so”"}, inferred=["q40"])
    ada.retract(number, reason=odd)
    ada.correct(number, status="published")
    ada.draft()
    ada.patch("/sources/1", {"text": f"x {TEXT}", "title": odd.strip()})
    for rank in (1.5, -0.0, 0.1, -1e9, 1e9, 1e-9, 12345678.987654321, 7):
        options = [{"slug": "q20", "rank": rank}]
        assert ada.patch("/negotiations/lake/issues/quota", {"options": options}).status == 200
    ada.post(
        "/negotiations/lake/looks",
        {"party": "north", "issue": "dam", "looked_on": "2024-06-01", "where": odd},
    )
    for at_once in (1_000, 3, 1):
        monkeypatch.setattr(verify, "AT_ONCE", at_once)
        assert verified(lake) == []


TAMPERED = {
    "UPDATE log_revision SET snapshot = snapshot || '{\"summary\": 1}'"
    " WHERE kind = 'position'": "changed",
    "UPDATE log_revision SET reason = 'other' WHERE kind = 'position'": "changed",
    "UPDATE log_revision SET nonce = '\\x00' WHERE kind = 'position'": "changed",
    "UPDATE log_revision SET public = false WHERE kind = 'position'": "hash",
    "UPDATE log_revision SET action = 'imported' WHERE kind = 'position'": "hash",
    "UPDATE log_revision SET payload_hash = '\\x00' WHERE kind = 'position'": "hash",
    "UPDATE log_revision SET recorded_at = now() WHERE kind = 'position'": "hash",
    "DELETE FROM log_revision WHERE kind = 'position'": "hash",
    "UPDATE log_commit SET by = 'bo' WHERE seq = 5": "hash",
    "UPDATE log_commit SET at = at - interval '1 second' WHERE seq = 5": "later",
    "UPDATE log_commit SET hash = '\\x00' WHERE seq = 5": "follow",
    "DELETE FROM log_revision WHERE seq = 5; DELETE FROM log_commit WHERE seq = 5": "missing",
}


def test_whatever_is_changed_behind_its_back_is_found(
    lake: Lake, subtests: pytest.Subtests
) -> None:
    lake.ada.state()
    assert verified(lake) == []
    for statement, word in TAMPERED.items():
        with subtests.test(statement), connect(lake.database.owner_url) as owner:
            # Bypasses the guards, which only a superuser can do.
            owner.execute("SET session_replication_role = replica")
            keep(owner)
            for part in statement.split(";"):
                owner.execute(part)
            assert any(word in fault for fault in verified(lake)), verified(lake)
            put_back(owner)
            assert verified(lake) == []


def keep(owner: psycopg.Connection) -> None:
    for table in ("log_commit", "log_revision"):
        owner.execute(
            f"DROP TABLE IF EXISTS kept_{table}; CREATE TABLE kept_{table} AS TABLE {table}"
        )


def put_back(owner: psycopg.Connection) -> None:
    for table in ("log_revision", "log_commit"):
        owner.execute(f"DELETE FROM {table}")
    for table in ("log_commit", "log_revision"):
        owner.execute(f"INSERT INTO {table} SELECT * FROM kept_{table}")


def test_a_redaction_keeps_its_place_in_the_chain(lake: Lake) -> None:
    lake.ada.state()
    with connect(lake.database.owner_url) as owner:
        owner.execute("SET parley.redacting = 'on'")
        owner.execute(
            "UPDATE log_revision SET snapshot = NULL, reason = NULL, nonce = NULL,"
            " recorded_by = NULL, "
            "redacted_at = now(), redacted_for = 'the law' WHERE kind = 'position'"
        )
    assert verified(lake) == []
    forget(lake)
    assert lake.stranger.get("/negotiations/lake/matrix").status == 200
    assert lake.stranger.get("/positions").data == []


def test_every_write_is_one_entry_with_a_revision_for_each_object(
    lake: Lake, subtests: pytest.Subtests
) -> None:
    ada = lake.ada
    new_speaker = quote(speaker={"name": "Somebody New"})
    number = 1
    writes: list[tuple[str, int, Any]] = [
        ("a position", 1, lambda: ada.state()),
        ("a position and a speaker", 2, lambda: ada.state(quotes=[new_speaker])),
        ("a correction", 1, lambda: ada.correct(number, summary="x")),
        ("nothing", 0, lambda: ada.correct(number, summary="x")),
        ("a retraction", 1, lambda: ada.retract(number)),
        ("a draft that names somebody", 2,
         lambda: ada.draft(quotes=[quote(speaker={"office": "Clerk"})])),
        ("its publication, and theirs", 2, lambda: ada.correct(3, status="published")),
        ("a source", 1, lambda: ada.source()),
        ("a party", 1, lambda: ada.party("east")),
        ("a seat", 1, lambda: ada.post("/negotiations/lake/parties", {"party": "east"})),
        ("an issue with options", 3, lambda: ada.post(
            "/negotiations/lake/issues",
            {"slug": "fish", "title": "Fish",
             "options": [{"slug": s, "label": s} for s in ("a", "b")]},
        )),
        ("a refusal", 0, lambda: ada.post("/parties", {"slug": "east", "name": "East"})),
    ]  # fmt: skip
    for what, objects, write in writes:
        with subtests.test(what):
            before = entries(lake)
            write()
            new = entries(lake)[len(before) :]
            assert new == ([(before[-1][0] + 1, objects, objects)] if objects else [])
    assert verified(lake) == []
