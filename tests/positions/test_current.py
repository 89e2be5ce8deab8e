"""Test rule 4 of docs/rules.md: SQL, `app.matrix.precedence` and the API agree on positions."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import make_engine, make_sessions
from app.embedded_postgres.server import Server
from app.log.reader import Moment
from app.matrix import precedence, queries
from app.models.log import FOREVER, Commit, PositionPeriod, Revision
from app.positions.current import CellRange, current_ids
from tests.support.examples import examples
from tests.support.factories import quote
from tests.support.fixtures import Lake

FIRST = date(2024, 5, 1)
BEGAN = datetime(2024, 6, 1, tzinfo=UTC)
NEGOTIATION, ISSUE, PARTIES, NEWEST = 1, 7, (3, 4), 4


@dataclass(frozen=True)
class Version:
    """A version of a position while it was the newest: from one log entry to another."""

    spell: precedence.OrderedPosition
    seq_from: int
    seq_to: int


@st.composite
def versions(draw: st.DrawFn, position: int) -> list[Version]:
    """Draw a position in one or two versions; few days and instants, so that ties are common."""
    party, first_published = (
        draw(st.sampled_from(PARTIES)),
        BEGAN + timedelta(hours=draw(st.integers(0, 2))),
    )
    seqs = sorted(draw(st.sets(st.integers(1, NEWEST), min_size=1, max_size=2)))
    made = []
    for seq_from, seq_to in zip(seqs, [*seqs[1:], FOREVER], strict=True):
        stated_from = FIRST + timedelta(days=draw(st.integers(0, 4)))
        spell = precedence.OrderedPosition(
            position=position,
            party=str(party),
            issue=str(ISSUE),
            status=draw(
                st.sampled_from(("published", "published", "published", "draft", "retracted"))
            ),
            stated_from=stated_from,
            stated_by=stated_from + timedelta(days=draw(st.integers(0, 3))),
            first_published=first_published,
            attributed=draw(st.booleans()),
        )
        made.append(Version(spell, seq_from, seq_to))
    return made


@st.composite
def cells(draw: st.DrawFn) -> list[Version]:
    return [v for number in range(1, 1 + draw(st.integers(0, 8))) for v in draw(versions(number))]


@pytest.fixture
async def owning(database: Server) -> AsyncIterator[AsyncSession]:
    """Connect as the owner, who alone may set at once when versions began and ended."""
    engine = make_engine(database.owner_url.replace("postgresql://", "postgresql+psycopg://"))
    async with make_sessions(engine)() as made:
        yield made
    await engine.dispose()


async def put(session: AsyncSession, found: list[Version]) -> None:
    hashes = [
        await session.scalar(select(Commit.hash)),
        *(bytes([n]) * 32 for n in range(1, NEWEST + 1)),
    ]
    today = datetime.now(UTC)
    await session.execute(
        insert(Commit),
        [
            {
                "seq": n,
                "at": today + timedelta(microseconds=n),
                "previous": hashes[n - 1],
                "hash": hashes[n],
            }
            for n in range(1, NEWEST + 1)
        ],
    )
    if not found:
        return
    await session.execute(
        insert(Revision),
        [
            {
                "seq": v.seq_from, "n": n, "kind": "position", "object_id": v.spell.position,
                "version": n + 1, "action": "published", "public": True, "format": 1,
                "snapshot": {}, "payload_hash": b"",
            }
            for n, v in enumerate(found)
        ],
    )  # fmt: skip
    await session.execute(
        insert(PositionPeriod),
        [
            {
                "seq_from": v.seq_from, "n": n, "seq_to": v.seq_to, "position_id": v.spell.position,
                "version": n + 1, "negotiation_id": NEGOTIATION, "party_id": int(v.spell.party),
                "issue_id": ISSUE, "status": v.spell.status, "public": True, "firmness": "unclear",
                "attributed": v.spell.attributed, "option_ids": [],
                "stated_from": v.spell.stated_from, "stated_by": v.spell.stated_by,
                "first_published": v.spell.first_published, "recorded_at": BEGAN,
            }
            for n, v in enumerate(found)
        ],
    )  # fmt: skip


def by_arithmetic(found: list[Version], seq: int, as_of: date) -> dict[Any, Any]:
    """Return, by cell, how many positions count, and the current, uncertain and possible ones.

    Cells without a published position are left out.
    """
    made = {}
    for party in PARTIES:
        held = [
            v.spell for v in found if v.spell.party == str(party) and v.seq_from <= seq < v.seq_to
        ]
        if any(s.status == "published" for s in held):
            chosen = precedence.current(held, as_of)
            made[party, ISSUE] = (
                len(precedence.counted(held, as_of)),
                chosen and chosen.position,
                precedence.order_uncertain(held, as_of),
                precedence.possible(held, as_of),
            )
    return made


@pytest.mark.anyio
@settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(found=cells(), seq=st.integers(0, NEWEST), days=st.integers(-1, 8))
async def test_sql_and_arithmetic_choose_the_same(
    owning: AsyncSession, found: list[Version], seq: int, days: int
) -> None:
    as_of, at = FIRST + timedelta(days=days), Moment(seq, BEGAN, "0" * 32)
    there = CellRange(NEGOTIATION, PARTIES, [ISSUE])
    try:
        await put(owning, found)
        got = await queries.current(owning, at, there, as_of=as_of)
        chosen = await current_ids(owning, at, there, as_of=as_of)
    finally:
        await owning.rollback()
    by_sql = {cell: (c.count, c.position, c.order_uncertain, c.possible) for cell, c in got.items()}
    expected = by_arithmetic(found, seq, as_of)
    assert by_sql == expected
    assert chosen == {
        cell: position for cell, (_, position, *_) in expected.items() if position is not None
    }


# --- the same through the API ---------------------------------------------------------------------


def test_in_march_never_displaces_on_16_march(lake: Lake) -> None:
    day = lake.ada.state(stated_on="2024-03-16")["id"]
    month = lake.ada.state(stated_on="2024-03")["id"]
    year = lake.ada.state(stated_on="2024")["id"]
    cell = lake.stranger.cell(as_of="2024-12-31")
    assert (cell["position"]["id"], cell["positions_count"]) == (day, 3)
    assert cell["order_uncertain"] == [month, year]
    assert lake.stranger.cell(as_of="2024-04-30").get("order_uncertain") == [month]
    april = lake.ada.state(stated_on="2024-04")["id"]
    cell = lake.stranger.cell(as_of="2024-12-31")
    assert (cell["position"]["id"], cell["order_uncertain"]) == (april, [year])


def test_of_two_on_one_day_the_one_published_later_counts(lake: Lake) -> None:
    draft = lake.ada.draft()
    first = lake.ada.state()
    assert lake.stranger.current() == first["id"]
    lake.ada.correct(draft["id"], status="published")
    assert lake.stranger.current() == draft["id"]
    assert lake.stranger.cell()["order_uncertain"] == [first["id"]]
    walked = lake.stranger.get("/positions", sort="stated_on").data
    assert [p["id"] for p in walked] == [first["id"], draft["id"]]


SAYS = {"speaker": "Tol Ibarra"}  # speaks for the south


def test_hearsay_is_current_only_where_own_words_are_missing(lake: Lake) -> None:
    hearsay = lake.ada.state(stated_on="2024-06-01", quotes=[quote(**SAYS)])
    assert hearsay["attributed_by"] == ["south"]
    assert lake.stranger.current() == hearsay["id"]
    own = lake.ada.state(stated_on="2024-05-01", quotes=[quote(speaker="Mara Venn")])
    assert own["attributed_by"] == []
    assert lake.stranger.current() == own["id"]
    assert lake.stranger.cell()["positions_count"] == 2
    assert lake.stranger.current(as_of="2024-04-30") is None


@pytest.mark.parametrize(
    ("quotes", "by"),
    [
        ([quote(**SAYS)], ["south"]),
        (
            [quote(**SAYS), quote("every farmer", speaker={"office": "Clerk", "party": "council"})],
            ["south", "council"],
        ),
        ([quote(**SAYS), quote("every farmer", **SAYS)], ["south"]),
        ([quote(**SAYS), quote("every farmer")], []),  # the source's own word
        ([quote(**SAYS), quote("every farmer", speaker="Mara Venn")], []),
        ([quote(speaker={"name": "Nobody's", "party": None})], []),
    ],
)
def test_who_attributes_a_position(lake: Lake, quotes: Any, by: list[str]) -> None:
    assert lake.ada.state(quotes=quotes)["attributed_by"] == by


def test_since_marks_cells_whose_current_position_is_another(lake: Lake) -> None:
    lake.ada.state(stated_on="2024-05-01")
    lake.ada.state(stated_on="2024-05-10")
    lake.ada.state("south", stated_on="2024-05-01")

    def changed(since: str) -> set[str]:
        cells = lake.stranger.get(
            "/negotiations/lake/matrix", since=since, as_of="2024-05-20"
        ).data["cells"]
        return {c["party"] for c in cells if c["changed"] and c["issue"] == "quota"}

    assert changed("2024-04-30") == {"north", "south"}
    assert changed("2024-05-09") == {"north"}
    assert changed("2024-05-10") == set()
    assert "changed" not in lake.stranger.cell()
