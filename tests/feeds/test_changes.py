"""Test the feed of changes: complete, in order, as it was then, without anything private."""

import threading
from typing import Any

import anyio
import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.clock import now
from app.db.engine import make_engine, make_sessions
from app.feeds.changes import list_changes
from app.log.reader import moment
from app.log.writer import Log
from app.negotiations.actions import add_party
from tests.support.factories import OTHER_WORDS, WORDS, Desk, quote
from tests.support.fixtures import Lake
from tests.support.statements import statements


def follow(desk: Desk, after: str | None = None, limit: int = 7) -> list[dict[str, Any]]:
    """Return every entry after a cursor, a few at a time."""
    seen: list[dict[str, Any]] = []
    while True:
        page = desk.get("/changes", limit=limit, **({"after": after} if after else {}))
        seen += page.data
        assert (page.meta["next"] is None) == ("link" not in page.headers)
        if page.meta["next"] is None:
            return seen
        assert page.meta["next"] == page.data[-1]["cursor"]
        after = page.meta["next"]


def test_it_holds_one_entry_for_each_public_version_of_everything(lake: Lake) -> None:
    first = lake.ada.state()["id"]
    lake.ada.correct(first, summary="Forty, not thirty")
    lake.ada.retract(first)
    lake.ada.post(
        "/negotiations/lake/looks", {"party": "south", "issue": "dam", "looked_on": "2024-06-01"}
    )
    seen = follow(lake.stranger)
    assert {e["type"] for e in seen} == {
        "negotiation", "party", "participation", "speaker", "issue", "option", "source", "look",
        "position",
    }  # fmt: skip
    assert (
        len({e["cursor"] for e in seen})
        == len(seen)
        == len({(e["type"], e["id"], e["version"]) for e in seen})
    )
    assert [e["at"] for e in seen] == sorted(e["at"] for e in seen)
    positions = [
        (e["action"], e["data"]["status"], e["data"]["summary"])
        for e in seen
        if e["type"] == "position"
    ]
    assert positions == [
        ("published", "published", "north on quota"),
        ("corrected", "published", "Forty, not thirty"),
        ("retracted", "retracted", "Forty, not thirty"),
    ]


def test_data_is_what_the_object_s_own_address_showed_at_that_instant(lake: Lake) -> None:
    number = lake.ada.state(quotes=[quote(speaker="Mara Venn")])["id"]
    lake.ada.patch("/sources/1", {"title": "Talks resume at last"})
    lake.ada.patch("/speakers/1", {"name": "Mara J. Venn"})
    lake.ada.patch(
        "/negotiations/lake/issues/quota",
        {"options": [{"slug": "q40", "label": "Forty"}], "title": "Share"},
    )
    lake.ada.correct(number, summary="corrected")
    lake.ada.retract(number)
    addresses = {
        "position": "/positions/{id}", "source": "/sources/{id}", "speaker": "/speakers/{id}",
        "party": "/parties/{slug}", "issue": "/negotiations/{negotiation}/issues/{slug}",
        "participation": "/negotiations/{negotiation}/parties/{party}",
    }  # fmt: skip
    checked = 0
    for entry in follow(lake.stranger):
        if entry["type"] in addresses:
            path = addresses[entry["type"]].format(**{**entry["data"], "id": entry["id"]})
            assert lake.stranger.get(path, known_at=entry["at"]).data == entry["data"], path
            checked += 1
    assert checked > 15
    option = next(e["data"] for e in reversed(follow(lake.stranger)) if e["type"] == "option")
    assert option == {
        "negotiation": "lake", "issue": "quota", "slug": "q40", "label": "Forty", "rank": 3,
        "status_quo": False, "retired": False, "merged_into": None,
    }  # fmt: skip


def test_a_check_tells_what_became_of_the_quotes_that_are_public(lake: Lake) -> None:
    public = lake.ada.state(quotes=[quote()])["quotes"][0]["id"]
    hidden = lake.ada.draft()["quotes"][0]["id"]
    lake.ada.patch("/sources/1", {"text": "Nothing of the kind was said."})
    entry = follow(lake.stranger)[-1]
    assert (entry["type"], entry["action"]) == ("source", "checked")
    assert [(c["quote"], c["verification"], c["start"]) for c in entry["data"]["checks"]] == [
        (public, "mismatch", None)
    ]
    assert (
        hidden not in [c["quote"] for c in entry["data"]["checks"]] and "text" not in entry["data"]
    )


def test_drafts_are_not_in_it_until_they_are_published(lake: Lake) -> None:
    number = lake.ada.draft(quotes=[quote(speaker={"name": "Ines Okafor"})], summary="zebrawood")[
        "id"
    ]
    assert "zebrawood" not in lake.ada.ask("GET", "/changes").body.decode()
    assert "Okafor" not in lake.stranger.get("/changes").body.decode()
    lake.ada.patch(f"/positions/{number}", {"status": "published"})
    assert [(e["type"], e["action"], e["version"]) for e in follow(lake.stranger)[-2:]] == [
        ("speaker", "published", 2),
        ("position", "published", 2),
    ]


@pytest.mark.parametrize(
    "after", ["x", "%00", "bm90IG91cnM", "WyJjaGFuZ2VzIiwiMDAwMDAwMDAiLDEsMF0"]
)
def test_a_cursor_of_elsewhere_is_refused(lake: Lake, after: str) -> None:
    assert lake.stranger.get("/changes", after=after).faults == {"after"}


def test_parameters_that_it_does_not_know_are_refused(lake: Lake) -> None:
    assert lake.stranger.get("/changes", cursor="x").faults == {"cursor"}
    assert lake.stranger.get("/changes", limit=501).faults == {"limit"}
    assert lake.stranger.get("/changes", after="").status == 200


def test_a_page_takes_a_fixed_number_of_statements(lake: Lake) -> None:
    for _ in range(5):
        lake.ada.state(quotes=[quote(), quote(OTHER_WORDS)])

    async def count() -> list[int]:
        engine = make_engine(lake.database.url)
        found = []
        async with make_sessions(engine)() as session:
            at = await moment(session)
            for limit in (3, 500):
                with statements(engine) as seen:
                    await list_changes(session, at, after=None, limit=limit)
                found.append(len(seen))
        await engine.dispose()
        return found

    assert anyio.run(count) == [5, 5]


def test_a_writer_who_began_earlier_and_commits_later_is_not_skipped(lake: Lake) -> None:
    """Of two transactions, the one that waits comes second, and a reader sees neither too early."""

    async def race() -> None:
        engine = make_engine(lake.database.url)
        sessions = make_sessions(engine)

        async def write(session: AsyncSession, slug: str) -> None:
            log = Log(session, "ada", now())
            await add_party(log, slug=slug, name=slug)
            await log.seal()

        async with sessions() as early, sessions() as late, sessions() as reader:
            begun = Log(early, "ada", now())
            # Written, but without a number yet.
            await add_party(begun, slug="early", name="early")
            await write(late, "late")  # has its number, but is not committed
            assert [e.data["slug"] for e in await newest(reader, 1)] == ["council"]
            async with anyio.create_task_group() as group:
                group.start_soon(begun.seal)  # waits for the other
                await anyio.sleep(0.1)
                assert [e.data["slug"] for e in await newest(reader, 1)] == ["council"]
                await late.commit()
            assert [e.data["slug"] for e in await newest(reader, 1)] == ["late"]
            await early.commit()
            assert [e.data["slug"] for e in await newest(reader, 2)] == ["late", "early"]
        await engine.dispose()

    async def newest(session: AsyncSession, count: int) -> list[Any]:
        await session.rollback()
        entries, _ = await list_changes(session, await moment(session), after=None, limit=500)
        return [e for e in entries if e.type == "party"][-count:]

    anyio.run(race)


def test_a_follower_among_many_writers_sees_each_entry_once(lake: Lake) -> None:
    stated: list[int] = []
    done = threading.Event()

    def write(n: int) -> None:
        for i in range(8):
            stated.append(lake.ada.state(summary=f"{n} {i}", quotes=[quote(WORDS)])["id"])

    writers = [threading.Thread(target=write, args=(n,)) for n in range(4)]
    seen = follow(lake.stranger)

    def watch() -> None:
        while not done.is_set():
            seen.extend(follow(lake.stranger, seen[-1]["cursor"], limit=3))

    watcher = threading.Thread(target=watch)
    for thread in (*writers, watcher):
        thread.start()
    for thread in writers:
        thread.join()
    done.set()
    watcher.join()
    seen.extend(follow(lake.stranger, seen[-1]["cursor"]))
    assert (
        sorted(e["id"] for e in seen if e["type"] == "position") == sorted(stated)
        and len(stated) == 32
    )
    assert len({e["cursor"] for e in seen}) == len(seen)
    assert seen == follow(lake.stranger, limit=500)
