"""Test that the rows which the database writes are those that Python would write."""

import csv
import io
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.core.clock import now
from app.db.engine import make_engine, make_sessions
from app.exports import csv_lines, json_positions
from app.exports.columns import (
    POSITION_COLUMNS,
    QUOTE_COLUMNS,
    TIME_COLUMNS,
    as_it_is,
    guarded,
    position_row,
    quote_row,
)
from app.exports.csv_export import export_csv, moved_cells
from app.exports.csv_lines import write_line
from app.exports.json_export import export_json
from app.exports.query_params import CsvQuery
from app.exports.selection import Selection, positions, select_cells
from app.http.responses import dumps
from tests.support.factories import OTHER_WORDS, quote
from tests.support.fixtures import Lake
from tests.support.worlds import connect

HOSTILE = '=1+1, «Київ» "так"\r\nдва \\. 1'
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\0"))


def by_the_library(rows: Iterable[Iterable[Any]]) -> bytes:
    made = io.StringIO()
    csv.writer(made, lineterminator="\r\n").writerows(rows)
    return made.getvalue().encode()


@given(st.lists(TEXTS | st.none() | st.integers(), min_size=2, max_size=4))
def test_a_line_is_that_of_the_library(row: list[Any]) -> None:
    assert f"{write_line(row, as_it_is)}\r\n".encode() == by_the_library([row])


def state_everything(lake: Lake) -> None:
    """State positions with all that a row can show."""
    ada = lake.ada
    ada.party("orin", name="-Orin, “free”")  # takes no part
    envoy = {"office": HOSTILE, "party": "orin"}
    nowhere = ada.source(url=None, reference="Archive, box 7", title=HOSTILE, publisher="@sarn")
    away = ada.source(url="https://news.example/a,b?c=1#part", published_on="2024-05")
    ada.state(stated_on="2024-05-12", summary="", quotes=[quote(OTHER_WORDS, speaker="Mara Venn")])
    first = ada.state(
        summary=HOSTILE,
        attitudes={"q40": "prefers", "q20": "rejects"},
        conditions={"q40": f"if {HOSTILE}"},
        inferred=["q20"],
        salience=70,
        links=[{"issue": "dam", "option": "closed", "kind": "condition"}],
        quotes=[
            quote(speaker=envoy, said_on="2024-05-14", language="en", translation=HOSTILE),
            quote("We accept forty … not one drop less", kind="reported"),
            quote(HOSTILE, nowhere["id"], prefix="+1", suffix='"'),
            quote("The dam, the lake", away["id"], prefix="-a"),
        ],
    )
    heard = [quote(OTHER_WORDS, speaker="Tol Ibarra"), quote("farmer", speaker=envoy)]
    ada.state("north", "dam", attitudes={"open": "accepts"}, quotes=heard)
    gone = ada.state("south", summary="to be blanked", quotes=[quote("Lake talks resume")])
    ada.state("south", "dam", act="withdraws", attitudes={}, stated_on="2024-05-13")
    ada.state("south", "dam", attitudes={})
    ada.retract(ada.state("council")["id"])
    ada.draft("council", summary="private")
    for what, number, version in (
        ("quote", gone["quotes"][0]["id"], ""),
        ("summary", gone["id"], 1),
    ):
        sent = {"what": what, "number": number, "version": version, "reason": "Court order"}
        got = lake.root.browse("POST", "/admin/redactions", data=sent | {"confirmed": "yes"})
        assert got.status_code == 303, got.text
    ada.correct(first["id"], reason=HOSTILE, firmness="red_line")
    with connect(lake.database.owner_url) as connection:  # as before links were stored
        connection.execute("ALTER TABLE quote_check DISABLE TRIGGER USER")
        connection.execute("UPDATE quote_check SET fragment = NULL, page = 7 WHERE quote_id < 4")


async def in_python(session: Any, chosen: Selection, exact: bool) -> bytes:
    """Write the same file from the views of positions, with the library."""
    text = as_it_is if exact else guarded
    names, issues = chosen.names, chosen.issues
    moved = await moved_cells(session, chosen, now()) if chosen.query.since else None
    head = [*POSITION_COLUMNS, *QUOTE_COLUMNS, *TIME_COLUMNS]
    rows: list[list[Any]] = [head if moved is None else [*head, "changed", "move"]]
    async for batch in positions(session, chosen):
        for position, current in batch:
            shared = position_row(position, current, names, issues[position.issue], "http://here")
            more = {"as_of": chosen.as_of, "known_at": chosen.known_at}
            if moved is not None:
                cell = (position.party, position.issue)
                more |= {"changed": cell in moved, "move": moved.get(cell)}
            rows += [[*(shared | quote_row(q) | more).values()] for q in position.quotes]

    def written(value: Any) -> Any:
        if isinstance(value, bool):
            return "true" if value else "false"
        return text(str(value)) if isinstance(value, str) else value

    return by_the_library([map(written, row) for row in rows])


@pytest.mark.anyio
async def test_the_database_writes_what_python_would(
    lake: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    state_everything(lake)
    for module in (csv_lines, json_positions):  # words that are dropped are made again
        monkeypatch.setattr(module, "MOST", 2)
    engine = make_engine(lake.database.url)
    async with make_sessions(engine)() as session:
        for exact in (False, True):
            for asked in ({}, {"since": "2024-05-13", "party": ["north", "south"]}):
                query = CsvQuery.model_validate({"exact": exact, **asked})
                chosen = await select_cells(session, "lake", query, now=now())
                expected = await in_python(session, chosen, exact)
                pieces = export_csv(session, chosen, query, base="http://here", now=now())
                made = b"".join([piece async for piece in pieces])
                assert made.splitlines() == expected.splitlines()
                assert made == expected
                assert (b"[redacted]" in made, b"private" in made) == (True, False)
        batches = positions(session, chosen)
        views = [(view, current) async for batch in batches for view, current in batch]
        parts = [dumps(view)[:-1] + b',"current":%s}' % dumps(current) for view, current in views]
        pieces = export_json(session, chosen, base="", permalink=None, now=now())
        made = b"".join([piece async for piece in pieces])
        assert made.partition(b'"positions":[')[2].partition(b']},"counts"')[0] == b",".join(parts)
    await engine.dispose()
