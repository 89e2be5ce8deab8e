"""Test that a new text checks all quotes of its source again.

The results are in the log, as an entry of the source.
"""

from typing import Any

from tests.matrix.test_statements import forget
from tests.support.factories import NOWHERE, TEXT, quote
from tests.support.fixtures import Lake
from tests.support.worlds import connect


def revisions(lake: Lake, number: int) -> list[tuple[Any, ...]]:
    with connect(lake.database.url) as connection:
        return connection.execute(
            "SELECT version, action, snapshot -> 'checks' FROM log_revision "
            "WHERE kind = 'source' AND object_id = %s ORDER BY version",
            [number],
        ).fetchall()


def test_a_check_is_an_entry_of_the_source(lake: Lake) -> None:
    there = lake.ada.source()["id"]
    [right, wrong] = lake.ada.state(quotes=[quote(source_id=there), quote(NOWHERE, there)])[
        "quotes"
    ]
    got = lake.ada.patch(f"/sources/{there}", {"title": "Retitled", "text": TEXT})
    assert got.status == 200
    checks = [
        {"quote": right["id"], "verification": "verified"},
        {"quote": wrong["id"], "verification": "mismatch"},
    ]
    assert revisions(lake, there) == [
        (1, "published", None),
        (2, "corrected", None),
        (3, "checked", checks),
    ]
    assert [v["version"] for v in lake.ada.get("/positions/1/versions").data] == [1]


def test_a_check_says_why_the_text_was_put_on_file(lake: Lake) -> None:
    lake.ada.state()
    assert (
        lake.ada.patch(
            "/sources/1", {"text": TEXT + " More.", "reason": "The page was longer"}
        ).status
        == 200
    )
    with connect(lake.database.url) as connection:
        newest = (
            "SELECT action, reason FROM log_revision WHERE kind = 'source'"
            " ORDER BY seq DESC, n DESC LIMIT 1"
        )
        assert connection.execute(newest).fetchone() == ("checked", "The page was longer")


def test_the_same_text_again_checks_nothing(lake: Lake) -> None:
    before = revisions(lake, 1)
    assert lake.ada.patch("/sources/1", {"text": TEXT}).status == 200
    assert revisions(lake, 1) == before


def test_an_attested_quote_is_checked_by_any_text_put_on_file(lake: Lake) -> None:
    there = lake.ada.source()["id"]
    lake.ada.state(quotes=[quote(source_id=there), quote("not one drop", there)])
    # As after an import of a package without the text.
    with connect(lake.database.owner_url) as connection:
        connection.execute("SET parley.redacting = 'on'")
        connection.execute("UPDATE quote_check SET verification = 'attested'")

    def verifications() -> list[str]:
        return [q["verification"] for q in lake.stranger.get("/positions/1").data["quotes"]]

    forget(lake)
    assert verifications() == ["attested", "attested"]
    assert (
        lake.ada.patch(
            f"/sources/{there}", {"text": "Not one drop, they say, but not one drop."}
        ).status
        == 200
    )
    assert verifications() == ["mismatch", "verified"]


def test_a_text_is_kept_to_the_character_but_for_its_line_ends(lake: Lake) -> None:
    odd = "\r\n  Tab\t and NBSP\u00a0, so\u00adft, e\u0301 “quoted” 𝔘 and 1,000. \n"
    kept = odd.replace("\r\n", "\n")
    there = lake.ada.source(text=odd)["id"]
    [got] = lake.ada.state(quotes=[quote("and 1,000", there)])["quotes"]
    assert (got["verification"], got["start"]) == ("verified", kept.index("and 1,000"))
    with connect(lake.database.url) as connection:
        assert connection.execute(
            "SELECT text FROM source_text WHERE source_id = %s", [there]
        ).fetchone() == (kept,)
