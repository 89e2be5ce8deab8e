"""Define an invented negotiation to render, with every kind of cell.

It has long labels, eight options, Cyrillic names and hostile strings.
"""

import asyncio
from dataclasses import replace
from datetime import date
from itertools import groupby
from types import SimpleNamespace
from typing import Any

from app.matrix.cell_history import Passage
from app.matrix.common_ground import IssueCommonGround, Stand, issue_ground
from app.matrix.conditions import Condition, Depends, OnNeeded, Standing
from app.matrix.drawing import CellContent, RowPen, draw_cell
from app.matrix.drawn_cells import CellPage
from app.matrix.grid import Grid, GridCell, GridRow, IssueView, LookView, OptionView, PartyView
from app.matrix.move_labels import move_mark
from app.matrix.schemas import Seen
from app.matrix.signs import all_kinds
from app.matrix_page.arrangement import LeftOut
from app.models.vocabulary import MoveKind
from app.positions.views import LinkView, PositionView, QuoteView, SourceView, SpeakerView

HOSTILE = "<script>alert('x')</script>\"'><b>&"

PARTIES = [
    PartyView("aldria", "Aldria", None, "state", "principal", True),
    PartyView("borsk", "Borsk", None, "state", "principal", True),
    PartyView("cantal", "Cantal Union", None, "union of states", "principal", True),
    PartyView("dorrin", "Dorrin", None, "member of Cantal Union", "guarantor", True),
    PartyView(
        "rada",
        "Рада портових міст Верхньої Сарни",
        "Рада портів",
        "organisation",
        "observer",
        False,
    ),
    PartyView("harbour", "Harbour Authority", None, "organisation", "mediator", False),
]
NAMES = {party.slug: party.name for party in PARTIES}


def options(*labels: str, retired: tuple[str, ...] = ()) -> list[OptionView]:
    made = []
    for rank, label in enumerate(labels, 1):
        slug = (
            "-".join(
                "".join(c if c.isascii() and c.isalnum() else " " for c in label.lower()).split()
            )
            or f"o{rank}"
        )
        made.append(OptionView(slug, label, float(rank), rank == 1, label in retired))
    return made


ISSUES = [
    IssueView(
        "gauge",
        "Track gauge",
        "Which gauge will the line have?",
        "Line",
        True,
        options("1,435 mm", "dual gauge", "1,520 mm"),
    ),
    IssueView(
        "bridge",
        "Who builds the Sarn bridge",
        None,
        "Line",
        False,
        options("Aldria", "Borsk", "joint company"),
    ),
    IssueView(
        "start", "First train by", None, "Line", True, options("2032", "2033", "2034", "2036")
    ),
    IssueView(
        "fee",
        "Transit fee per tonne",
        "How much does a tonne pay?",
        "Money",
        True,
        options(
            "none",
            "1 crown",
            "2 crowns",
            "3 crowns",
            "4 crowns",
            "6 crowns",
            "9 crowns",
            "whatever the market bears",
        ),
    ),
    IssueView(
        "share",
        "Share of the cost borne by Borsk",
        None,
        "Money",
        True,
        options("20 %", "35 %", "50 %"),
    ),
    IssueView(
        "customs",
        "Where and by whom goods and travellers are checked at the crossing",
        None,
        "Border",
        False,
        options(
            "by officers of both sides together at Sarn station",
            "on board the moving train",
            "at the port, before loading",
            "nowhere: a free zone up to the second river",
            "by the Harbour Authority alone",
        ),
    ),
    IssueView(
        "nights",
        "Night trains through Dorrin",
        None,
        "Border",
        True,
        options("banned", "limited", "free"),
    ),
    IssueView(
        "name", "Назва лінії", None, "Other", False, options("Сарнська залізниця", "Морська лінія")
    ),
]
TITLES = {issue.slug: issue.title for issue in ISSUES}

COURIER = SourceView(
    3,
    "u-3",
    "https://courier.example/rail",
    None,
    "No rail will be torn up, says Volk",
    "The Sarn Courier",
    "2031-03-10",
)
PAPER = SourceView(
    4,
    "u-4",
    None,
    "Communiqué no. 14, ministry of transport, archive of the assembly",
    "On the gauge",
    None,
    "2031-03",
)
WORDS = [
    "We will not rebuild four thousand kilometres of our own line. "
    "A second rail beside ours, yes, if those who want it pay for it,",
    "The gauge of Borsk is 1,520 and stays so.",
    "Four crowns we could live with, but nobody has put four crowns on the table.",
    "No train may pass our valley at night.",
    "Залізниця має належати містам, а не столицям",
]
ids = iter(range(1, 10_000))


def quote(number: int = 0, **changes: Any) -> QuoteView:
    made = QuoteView(
        next(ids),
        "u",
        WORDS[number],
        "asked about the loading yards, she said: “",
        "” and left without taking questions.",
        "direct",
        "en",
        None,
        None,
        "2031-03-09",
        "verified",
        10,
        90,
        [[10, 90]],
        SpeakerView("Irena Volk", "minister of transport", "borsk"),
        COURIER,
        "https://courier.example/rail#:~:text=We%20will",
    )
    return replace(made, **changes)


def position(
    party: str,
    issue: str,
    attitudes: dict[str, str],
    firmness: str = "preference",
    on: str | None = "2031-03-12",
    **changes: Any,
) -> PositionView:
    quotes = changes.pop("quotes", None) or [
        quote(len(party + issue) % 4, speaker=SpeakerView("Irena Volk", "minister", party))
    ]
    made = PositionView(
        next(ids),
        "u",
        1,
        "published",
        "states",
        "sarn",
        party,
        issue,
        None,
        firmness,
        attitudes,
        {},
        [],
        [],
        None,
        [],
        on,
        "2031-03-01",
        "2031-03-12",
        "2031-03-14T09:30:00.000000Z",
        "M. Oray",
        "published",
        None,
        "/positions/1",
        quotes,
    )
    made = replace(made, **changes)
    return replace(made, url=f"/positions/{made.id}")


def cell(made: PositionView, count: int = 1, **changes: Any) -> GridCell:
    return replace(GridCell(made.party, made.issue, count, made, None), **changes)


def searched(party: str, issue: str, on: str = "2031-03-14", **changes: Any) -> GridCell:
    return replace(
        GridCell(
            party, issue, 0, None, "searched", LookView(on, "the assembly’s minutes", "M. Oray")
        ),
        **changes,
    )


def unseen(party: str, issue: str) -> GridCell:
    return GridCell(party, issue, 0, None, "never_searched")


def first(one: GridCell) -> Passage:
    """Return the history of a cell that has had only one position."""
    assert one.position
    return Passage(one.position, move_mark(MoveKind.NEW, doubtful=False))


BORSK_GAUGE = position(
    "borsk",
    "gauge",
    {"1-520-mm": "prefers", "dual-gauge": "accepts"},
    "demand",
    "2031-03-09",
    conditions={"dual-gauge": "only if Aldria pays for it"},
    summary="Wants 1,520 mm; would take dual gauge if Aldria pays for it",
    quotes=[
        quote(0),
        quote(
            1,
            prefix=None,
            suffix=None,
            verification="attested",
            translated_from="ru",
            said_on="2031-03",
            source=PAPER,
            link=None,
            speaker=SpeakerView(None, "Ministry of transport", "borsk"),
        ),
        quote(
            4,
            prefix=None,
            suffix=None,
            verification="ambiguous",
            language="uk",
            translation="The railway must belong to the cities, not to the capitals",
        ),
        quote(
            2, verification="unverified", kind="reported", speaker=None, prefix=None, suffix=None
        ),
        quote(3, verification="mismatch"),
    ],
    links=[LinkView("fee", None, "package"), LinkView("bridge", "borsk", "condition")],
    salience=70,
    version=3,
)
FILLED = [
    cell(
        position(
            "aldria",
            "gauge",
            {"1-435-mm": "prefers", "dual-gauge": "accepts", "1-520-mm": "rejects"},
            "red_line",
            quotes=[quote(1), quote(0), quote(2)],
        )
    ),
    cell(BORSK_GAUGE, 3, changed=True, move=MoveKind.MOVED, order_uncertain=[901]),
    cell(
        position(
            "cantal",
            "gauge",
            {"1-435-mm": "accepts", "dual-gauge": "prefers", "1-520-mm": "accepts"},
            on="2031-02",
        )
    ),
    cell(
        position(
            "dorrin",
            "gauge",
            {"dual-gauge": "prefers"},
            "unclear",
            "2031-02",
            inferred=["dual-gauge"],
            quotes=[quote(1, kind="reported")],
        )
    ),
    cell(
        position(
            "aldria",
            "bridge",
            {"borsk": "rejects", "joint-company": "prefers"},
            "demand",
            "2031-03-03",
        )
    ),
    cell(
        position(
            "borsk", "bridge", {"borsk": "prefers", "joint-company": "accepts"}, on="2031-03-14"
        ),
        2,
        changed=True,
        move=MoveKind.SOFTENED,
    ),
    cell(
        position(
            "cantal",
            "bridge",
            {"aldria": "accepts", "joint-company": "accepts"},
            "open",
            "2031-03-14",
        )
    ),
    cell(
        position(
            "aldria",
            "start",
            {"2033": "prefers", "2034": "accepts"},
            on="2031-03-03",
            act="proposes",
        )
    ),
    cell(
        position(
            "borsk",
            "start",
            {"2032": "rejects", "2033": "rejects", "2036": "prefers"},
            "demand",
            "2031-01-21",
            attributed_by=["aldria"],
        )
    ),
    cell(
        position("harbour", "start", {"2034": "prefers"}, on="2031-03-14"),
        changed=True,
        move=MoveKind.NEW,
    ),
    cell(
        position(
            "aldria",
            "fee",
            {
                "2-crowns": "prefers",
                "3-crowns": "accepts",
                "4-crowns": "accepts",
                "9-crowns": "rejects",
            },
        )
    ),
    cell(
        position(
            "borsk",
            "fee",
            {"9-crowns": "prefers", "4-crowns": "accepts", "none": "rejects", "1-crown": "rejects"},
            "demand",
            "2031-03-09",
        ),
        possible=[77],
        possible_stated_on=["2031-03"],
    ),
    cell(position("cantal", "fee", {"4-crowns": "prefers"}, on="2031-02")),
    cell(
        position(
            "dorrin",
            "fee",
            {
                option.slug: "prefers" if option.slug == "9-crowns" else "rejects"
                for option in ISSUES[3].options
            },
            "red_line",
            "2031-03-02",
        )
    ),
    cell(position("aldria", "share", {"50": "prefers", "20": "rejects"}, "demand")),
    cell(position("borsk", "share", {"20": "prefers", "50": "rejects"}, "red_line", "2031-03-09")),
    cell(
        position(
            "aldria", "customs", {}, "open", "2031-03-03", summary="“We can talk about where.”"
        )
    ),
    cell(
        position(
            "borsk",
            "customs",
            {"by-officers-of-both-sides-together-at-sarn-station": "prefers"},
            "demand",
            "2030",
            quotes=[quote(0, kind="reported")],
        )
    ),
    cell(
        position(
            "cantal",
            "customs",
            {"on-board-the-moving-train": "prefers", "at-the-port-before-loading": "accepts"},
            on="2031-03-14",
        ),
        changed=True,
        move=MoveKind.NEW,
    ),
    cell(position("borsk", "nights", {"free": "prefers"}, "unclear", "2031-02", inferred=["free"])),
    cell(position("cantal", "nights", {}, "unclear", "2031-03-14", act="withdraws")),
    cell(
        position(
            "dorrin",
            "nights",
            {"banned": "prefers", "free": "rejects"},
            "red_line",
            "2031-03-02",
            quotes=[quote(3), quote(3), quote(3), quote(3)],
        )
    ),
    cell(
        position(
            "rada",
            "name",
            {"o1": "prefers", "o2": "rejects"},
            "preference",
            "2031-03-11",
            conditions={"o1": "лише якщо погодяться всі міста"},
            quotes=[
                quote(4, language="uk", speaker=SpeakerView("Тарас Верхній", "голова", "rada"))
            ],
        )
    ),
]
SEARCHED = [
    searched("dorrin", "bridge"),
    searched("cantal", "start", "2031-03-10", possible=[78], possible_stated_on=["2031"]),
    searched("cantal", "share", "2030-12-01"),
    searched("aldria", "nights"),
]
CELLS = {(one.party, one.issue): one for one in [*FILLED, *SEARCHED]}
GRID = Grid(
    PARTIES,
    [
        GridRow(
            issue,
            [
                CELLS.get((party.slug, issue.slug)) or unseen(party.slug, issue.slug)
                for party in PARTIES
            ],
        )
        for issue in ISSUES
    ],
)
FILTERED = Grid(
    PARTIES,
    [
        GridRow(
            row.issue,
            [
                one if one and one.position and one.position.firmness == "red_line" else None
                for one in row.cells
            ],
        )
        for row in GRID.rows
    ],
)


def ground(issue: IssueView) -> IssueCommonGround:
    stands: dict[str, Stand | None] = {}
    for party in PARTIES:
        one = CELLS.get((party.slug, issue.slug))
        made = one.position if one else None
        stands[party.slug] = made and Stand(
            party.slug,
            made.id,
            made.attitudes,
            made.conditions,
            made.inferred,
            made.attributed_by,
            made.firmness,
            made.act,
        )
    consenting = [party.slug for party in PARTIES if party.consent_required]
    looked = [party for party in consenting if (one := CELLS.get((party, issue.slug))) and one.look]
    return issue_ground([option.slug for option in issue.options], stands, consenting, looked)


COMMON = {issue.slug: ground(issue) for issue in ISSUES}
DAYS = [
    ("2030-08-14", 1),
    ("2030-10-02", 1),
    ("2030-11-20", 3),
    ("2030-12-01", 2),
    ("2031-01-21", 4),
    ("2031-02-10", 2),
    ("2031-02-28", 1),
    ("2031-03-02", 6),
    ("2031-03-09", 4),
    ("2031-03-12", 3),
    ("2031-03-14", 8),
]
NEGOTIATION = SimpleNamespace(
    slug="sarn",
    title="Sarn railway accord",
    cited_title="Sarn railway accord",
    summary="Three states, a valley and a port talk about a line to the sea.",
    status="ongoing",
    review=True,
    invented=False,
    coded_through="2031-03-14",
    licence="CC BY 4.0",
    contact="sarn@example.org",
    method="Two coders read each source.\n\nDoubts are settled by a third.",
)
COUNTS = SimpleNamespace(
    parties=6,
    issues=8,
    positions=23,
    quotes=38,
    firmness={"red_line": 4, "demand": 6, "preference": 8, "open": 2, "unclear": 3},
)
HISTORY = [
    Passage(BORSK_GAUGE, move_mark(MoveKind.MOVED, doubtful=True, ranks=(1.0, 3.0))),
    Passage(
        position(
            "borsk",
            "gauge",
            {"1-435-mm": "rejects", "dual-gauge": "rejects", "1-520-mm": "prefers"},
            "red_line",
            "2031-01-21",
        ),
        move_mark(MoveKind.HARDENED, doubtful=False),
    ),
    first(cell(position("borsk", "gauge", {"1-520-mm": "prefers"}, "demand", "2030-08"))),
]
CONDITIONS = [
    Condition(
        Depends("borsk", "gauge", BORSK_GAUGE.id, date(2031, 3, 9), "bridge", option),
        OnNeeded("borsk", Standing.REJECTS if option else None, BORSK_GAUGE.id, None),
        (
            OnNeeded("aldria", Standing.ACCEPTS if option else None, 7, "aldria", HOSTILE, True),
            OnNeeded("rada", Standing.SILENT, None, None),
        ),
    )
    for option in ("borsk", None)
]
NAV = [
    ("Matrix", "/n/sarn", True),
    ("Common ground", "/n/sarn/common-ground", False),
    ("Changes", "/n/sarn/changes", False),
    ("Timeline", "/n/sarn/timeline", False),
    ("Agreement", "/n/sarn/agreement", False),
    ("Coverage", "/n/sarn/coverage", False),
    ("About", "/n/sarn/about", False),
]
EDITOR = SimpleNamespace(name="M. Oray", role="editor")
ADDRESSES = {
    "permalink": "http://127.0.0.1:8000/n/sarn?as_of=2031-03-14"
    "&known_at=2031-03-14T09%3A30%3A00.000000Z",
    "read_at": "2031-03-14T09:30:00.000000Z",
    "read_on": "14 March 2031, 09:30 UTC",
    "news": {"revision": 118, "cursor": "x"},
    "site": "http://127.0.0.1:8000",
    "full": "http://127.0.0.1:8000/n/sarn",
}


def drawn(context: dict[str, Any]) -> dict[str, Any]:
    """Draw the rows of a matrix and the content of a cell, which templates get as markup."""
    if "grid" not in context and "history" not in context:
        return context
    filters = context["filters"]
    page: CellPage = {
        "base": f"/n/{context['negotiation'].slug}",
        "times": {name: filters.get(name) for name in Seen.model_fields},
        "as_of": context["as_of"],
        "names": context["names"],
    }
    viewer = context.get("viewer")
    made = {**context, "carried": page["times"]}
    if "history" in context:
        given = (context[name] for name in ("cell", "party", "issue", "history", "titles"))
        partial = bool(context.get("partial"))
        conditions = CONDITIONS if context["party"].slug == "borsk" else []
        content = CellContent(*given, conditions=conditions)
        return made | {"cell": draw_cell(content, page, viewer, partial=partial)}
    grid, common = context["grid"], context["common"]
    transposed = bool(filters.get("transpose"))
    pen = RowPen(grid.parties, common, page, viewer, transposed=transposed, style=context["style"])
    rows = [asyncio.run(pen.draw(row, [])) for row in grid.rows]
    together = groupby(rows, lambda row: row.issue.group)
    groups = [(name, list(run)) for name, run in together]
    return made | {
        "columns": grid.parties,
        "rows": rows,
        "groups": [(name, len(run), run) for name, run in groups],
        "kinds": all_kinds(row.signs for row in rows),
    }


def matrix(**changes: Any) -> dict[str, Any]:
    """Return the context of the matrix page."""
    return {
        "negotiation": NEGOTIATION,
        "grid": GRID,
        "style": "rich",
        "view": "text",
        "opened": None,
        "exported": {},
        "arranged": SimpleNamespace(
            roles=[],
            left_out=LeftOut([], []),
            too_large=False,
            frame=SimpleNamespace(place=(0, 0), down=ISSUES, across=PARTIES),
        ),
        "names": NAMES,
        "as_of": "2031-03-14",
        "known_at": None,
        "common": COMMON,
        "days": DAYS,
        "counts": COUNTS,
        "filters": {},
        "all_parties": PARTIES,
        "all_issues": ISSUES,
        "changed_since": 0,
        "moved": None,
        **ADDRESSES,
        "next_url": None,
        "previous_url": None,
        "is_part": False,
        "total_cells": 48,
        "nav": NAV,
    } | changes


def one_cell(**changes: Any) -> dict[str, Any]:
    """Return the context of a cell's page and of the panel."""
    return {
        "negotiation": NEGOTIATION,
        "party": PARTIES[1],
        "issue": ISSUES[0],
        "cell": CELLS["borsk", "gauge"],
        "history": HISTORY,
        "names": NAMES,
        "titles": TITLES,
        "as_of": "2031-03-14",
        "known_at": None,
        "filters": {},
        "changed_since": 0,
        "moved": None,
        **ADDRESSES,
        "nav": NAV,
    } | changes
