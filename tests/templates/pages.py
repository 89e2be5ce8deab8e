"""Define a context for each page: name -> (template, variables)."""

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from app.dossier.entries import Dossier, Entry, RedLine, last_move
from app.dossier.passages import Passages, Quoted, first_quotes
from app.dossier.paths import path
from app.dossier.queries import PartyTotals
from app.http.templating import TEMPLATES, templates
from app.matrix.move_labels import legend
from app.search.offers import Offer
from app.search.pages import Choice
from app.search.schemas import Hit, Suggestion
from tests.templates import invented as sarn
from tests.templates.analysis_pages import ANALYSIS
from tests.templates.shared import BORSK, COLUMN, FEE, GAUGE, POSITION, SHARED, WHOLE

VERSIONS = [
    (3, "corrected", "2031-03-15T08:00:00.000000Z", "M. Oray", "The condition was left out"),
    (2, "corrected", "2031-03-14T10:00:00.000000Z", "M. Oray", None),
    (1, "published", "2031-03-14T09:30:00.000000Z", "T. Brandt", None),
]


def dossier_of(column: int) -> Dossier:
    """Put the dossier of an invented party together."""
    passages, entries = Passages(), []
    cells = [(row.issue, cell) for row in sarn.GRID.rows if (cell := row.cells[column])]
    firm = [(i, c.position) for i, c in cells if c.position]
    lines = [RedLine(i, position, passages.first_of(position)) for i, position in firm[:2]]
    for issue, cell in cells:
        before = sarn.HISTORY[1].position if issue == GAUGE and cell.position else None
        quoted = passages.all_of(cell.position, 1) if cell.position else Quoted()
        entries.append(Entry(issue, cell, quoted, before, last_move(issue, cell, before)))
    totals = PartyTotals(len(firm), [(1, 1)] * 70, 1, 2)
    matrix: Any = SimpleNamespace(place=(0, 0))
    return Dossier(matrix, sarn.PARTIES[column], totals, lines, entries, sarn.NAMES)


DOSSIER: dict[str, Any] = {
    **SHARED,
    **WHOLE,
    "dossier": dossier_of(1),
    "party": replace(BORSK, aliases=["Борск", "Borskia"], wikidata_id="Q1"),
    "speakers": [("Irena Volk", "minister of transport"), (None, "Ministry of transport")],
}
ONE = {
    **SHARED,
    "party": BORSK,
    "issue": GAUGE,
    "position": POSITION,
    "current": True,
    "versions": VERSIONS,
}
ONE |= {"recoded_as": None, "recoded_from": None}
SOURCE = SimpleNamespace(
    id=3,
    title="No rail will be torn up, says Volk",
    url="https://courier.example/rail",
    reference=None,
    publisher="The Sarn Courier",
    author="A. Lind",
    published_on="2031-03-10",
    accessed_on="2031-03-11",
    kind="newspaper",
    language="en",
    archive_url="https://archive.example/1",
    licence=None,
    text_sha256="9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
)
LISTED = [
    SimpleNamespace(
        slug="sarn",
        title="Sarn railway accord",
        summary=sarn.NEGOTIATION.summary,
        status="ongoing",
        coded_through="2031-03-14",
        invented=False,
        counts=sarn.COUNTS,
        to_review=2,
    ),
    SimpleNamespace(
        slug="lake",
        title="The lake and its seven shores: who may draw how much water, and when",
        summary=None,
        status="suspended",
        coded_through=None,
        invented=True,
        counts=SimpleNamespace(parties=1, issues=1, positions=1, quotes=1),
        to_review=0,
    ),
]
QUOTE = Hit(
    "quote",
    1,
    "Irena Volk",
    "The gauge of Borsk is 1,520 and stays so.",
    "/quotes/1",
    "No rail will be torn up, says Volk",
    marks=[(4, 9)],
    cut_end=True,
    said_on="2031-03-09",
    speaker="Irena Volk",
    source="No rail will be torn up, says Volk",
    language="en",
    kind="direct",
    translation="La voie reste",
    translation_marks=[(3, 7)],
)
RESULTS = [
    Hit(
        "position",
        1,
        "Borsk on Track gauge",
        "Wants 1,520 mm; would take dual gauge if Aldria pays for it",
        "/positions/1",
        "Sarn railway accord",
        marks=[(32, 37)],
        cut_start=True,
        negotiation="sarn",
        party="borsk",
        issue="gauge",
        firmness="red_line",
        stated_on="2031-03-09",
        quotes=[QUOTE, replace(QUOTE, speaker=None, said_on=None, translation=None)],
        more_quotes=2,
    ),
    Hit("source", 3, "No rail will be torn up, says Volk", "", "/sources/3", None),
]
SEARCH: dict[str, Any] = {
    "q": "",
    "asked": False,
    "typing": False,
    "filters": {"q": "", "firmness": [], "since": None, "until": None},
    "filtered": False,
    "results": [],
    "total": 0,
    "more": False,
    "following": None,
    "facets": [],
    "days": (None, None),
    "offered": [],
    "meant": [],
    "apart": [],
    "unfiltered": 0,
}
FOUND: dict[str, Any] = {
    **SEARCH,
    "q": "gauge red line",
    "asked": True,
    "filters": {
        "q": "gauge red line", "firmness": ["demand"], "party": [], "since": None,
        "until": "2031-03-09",
    },
    "results": RESULTS,
    "total": 3,
    "following": {"cursor": "x"},
    "facets": [
        ("Firmness", [Choice("Demand", 2, "/search?q=gauge+red+line", chosen=True)]),
        ("Party", [Choice("Borsk", 2, "/search?q=gauge+red+line&party=borsk", chosen=False)]),
    ],
    "days": ("2031-03-01", "2031-03-09"),
    "offered": [Offer("firmness", "red_line", "red line", "gauge")],
}  # fmt: skip
UNKNOWN: dict[str, Any] = {**SEARCH, "q": "zebra rail", "asked": True}


def with_part(name: str, context: dict[str, Any]) -> dict[str, Any]:
    """Add the part that pages of analysis keep below their head, drawn without a reader."""
    part = name.replace("analysis/", "analysis/_")
    if part == name or not (TEMPLATES / part).exists():
        return context
    values = {"held": lambda macro, *arguments: macro(*arguments), **context}
    return {**context, "body": Markup(templates().get_template(part).render(values))}  # noqa: S704 (templates escape)


PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "matrix": ("matrix/show.html", sarn.matrix()),
    "matrix-pinned": (
        "matrix/show.html",
        sarn.matrix(
            known_at="2031-03-14T09:30:00.000000Z",
            changed_since=2,
            moved=legend(cell for row in sarn.GRID.rows for cell in row.cells),
            filters={
                "as_of": "2031-03-20",
                "known_at": "2031-03-14T09:30:00.000000Z",
                "since": "2031-03-01",
                "q": "rail",
            },
            as_of="2031-03-20",
            next_url="/n/sarn?after=x",
            previous_url="/n/sarn?after=w",
            is_part=True,
            total_cells=9000,
        ),
    ),
    "matrix-transposed": ("matrix/show.html", sarn.matrix(filters={"transpose": True})),
    "matrix-lean": ("matrix/show.html", sarn.matrix(style="lean")),
    "matrix-lean-transposed": (
        "matrix/show.html",
        sarn.matrix(style="lean", filters={"transpose": True}),
    ),
    "atlas": ("matrix/show.html", sarn.matrix(style="atlas", view="atlas")),
    "atlas-transposed": (
        "matrix/show.html",
        sarn.matrix(style="atlas", view="atlas", filters={"transpose": True}),
    ),
    "ages": ("matrix/show.html", sarn.matrix(style="age", view="age")),
    "matrix-empty": ("matrix/show.html", sarn.matrix(grid=replace(sarn.GRID, rows=[]), days=[])),
    "embed-matrix": ("embed/matrix.html", sarn.matrix()),
    "embed-cell": ("embed/cell.html", sarn.one_cell()),
    "cell": ("matrix/cell.html", sarn.one_cell()),
    "cell-silent": (
        "matrix/cell.html",
        sarn.one_cell(
            cell=sarn.CELLS["dorrin", "bridge"],
            party=sarn.PARTIES[3],
            issue=sarn.ISSUES[1],
            history=[],
        ),
    ),
    "cell-eight": (
        "matrix/cell.html",
        sarn.one_cell(
            cell=sarn.CELLS["dorrin", "fee"],
            party=sarn.PARTIES[3],
            issue=FEE,
            history=[sarn.first(sarn.CELLS["dorrin", "fee"])],
            viewer=sarn.EDITOR,
        ),
    ),
    "panel": ("matrix/_panel.html", {**sarn.one_cell(), "partial": True}),
    "embed-issue": (
        "embed/issue.html",
        {
            **SHARED,
            "issue": FEE,
            "notes": "Scope: what a tonne pays for the whole way.\n\nCounts: “four crowns”. Does"
            " not: harbour dues.",
            "cells": COLUMN["fee"],
            "common": sarn.COMMON,
            **WHOLE,
        },
    ),
    "issue": (
        "matrix/issue.html",
        {
            **SHARED,
            "issue": FEE,
            "notes": "Scope: what a tonne pays for the whole way.\n\nCounts: “four crowns”. Does"
            " not: harbour dues.",
            "cells": COLUMN["fee"],
            "common": sarn.COMMON,
            **WHOLE,
            "is_part": True,
            "next_url": "/n/sarn/issues/fee?cursor=x",
        },
    ),
    "issue-paths": (
        "matrix/issue.html",
        {
            **SHARED,
            "issue": GAUGE,
            "notes": None,
            "cells": COLUMN["gauge"],
            "common": sarn.COMMON,
            **WHOLE,
            "quoted": first_quotes(cell for _, cell in COLUMN["gauge"]),
            "paths": [
                path(
                    GAUGE,
                    [passage.position for passage in reversed(sarn.HISTORY)],
                    doubtful=[False] * (len(sarn.HISTORY) - 1) + [True],
                    left_out=left_out,
                )
                for left_out in (0, 3)
            ],
        },
    ),
    "issue-long": (
        "matrix/issue.html",
        {
            **SHARED,
            "issue": sarn.ISSUES[5],
            "notes": None,
            "cells": COLUMN["customs"],
            "common": sarn.COMMON,
            **WHOLE,
        },
    ),
    "party": ("dossier/party.html", DOSSIER),
    "party-second-part": (
        "dossier/party.html",
        {
            **DOSSIER,
            "dossier": replace(
                DOSSIER["dossier"],
                red_lines=[],
                matrix=SimpleNamespace(place=(40, 0)),
            ),
            "is_part": True,
            "total_cells": 300,
            "next_url": "/n/sarn/parties/borsk?cursor=x",
            "previous_url": "/n/sarn/parties/borsk?cursor=w",
        },
    ),
    "party-silent": (
        "dossier/party.html",
        {
            **DOSSIER,
            "dossier": replace(
                DOSSIER["dossier"],
                totals=PartyTotals(0, [], 1, 2),
                red_lines=[],
                entries=[Entry(GAUGE, sarn.unseen("borsk", "gauge"), Quoted(), None, None)],
            ),
        },
    ),
    "party-merged": (
        "dossier/party.html",
        {
            **DOSSIER,
            "party": replace(BORSK, merged_into=sarn.PARTIES[0].slug),
            "dossier": replace(
                DOSSIER["dossier"],
                party=replace(BORSK, merged_into=sarn.PARTIES[0].slug),
                totals=PartyTotals(0, [], 0, 9),
                red_lines=[],
                entries=[],
            ),
            "speakers": [],
        },
    ),
    "party-everywhere": (
        "dossier/negotiations.html",
        {
            "party": {
                "slug": "borsk",
                "name": "Borsk",
                "kind": "state",
                "aliases": ["Борск"],
                "wikidata_id": "Q1",
            },
            "seats": [
                SimpleNamespace(
                    negotiation=sarn.NEGOTIATION,
                    role="principal",
                    consent_required=True,
                    merged_into=merged,
                    positions=count,
                    red_lines=count // 2,
                    newest="2031-03-09" if count else None,
                )
                for merged, count in [(None, 3), (None, 1), (("aldria", "Aldria"), 0)]
            ],
            "as_of": "2031-03-20",
            "known_at": "2031-03-14T09:30:00.000000Z",
            "read_at": "2031-03-14T09:30:00.000000Z",
            "filters": {},
            "permalink": sarn.ADDRESSES["permalink"],
            "next_url": "/parties/borsk?cursor=x",
        },
    ),
    "party-nowhere": (
        "dossier/negotiations.html",
        {
            "party": {
                "slug": "borsk",
                "name": "Borsk",
                "kind": None,
                "aliases": [],
                "wikidata_id": None,
            },
            "seats": [],
            "as_of": "2031-03-20",
            "known_at": None,
            "read_at": "2031-03-14T09:30:00.000000Z",
            "filters": {},
            "permalink": sarn.ADDRESSES["permalink"],
            "next_url": None,
        },
    ),
    "position": ("positions/show.html", ONE),
    "position-recoded": (
        "positions/show.html",
        {
            **ONE,
            "position": replace(
                POSITION,
                action="recoded",
                reason="Recorded as Aldria until now: one of its provinces",
            ),
            "recoded_from": (11, "Aldria"),
        },
    ),
    "position-retracted": (
        "positions/show.html",
        {
            **ONE,
            "position": replace(
                POSITION, status="retracted", reason="The speaker was somebody else"
            ),
            "recoded_as": (12, "Aldria"),
            "viewer": sarn.EDITOR,
        },
    ),
    "position-draft": (
        "positions/show.html",
        {
            **ONE,
            "position": replace(
                POSITION, status="draft", quotes=[], stated_on=None, stated_by=None
            ),
            "versions": [],
        },
    ),
    "version": (
        "positions/versions.html",
        {
            **ONE,
            "position": replace(
                POSITION, version=2, action="corrected", reason="The condition was left out"
            ),
            "changes": [
                ("Condition on dual gauge", None, "only if Aldria pays for it"),
                ("Firmness", "preference", "demand"),
            ],
        },
    ),
    "quote": (
        "quotes/show.html",
        {
            **SHARED,
            "quote": POSITION.quotes[0],
            "printed_on": 3,
            "uses": [(POSITION, "Borsk", "Track gauge")],
            "citation": "Irena Volk, Borsk, 9 March 2031, in: “No rail will be torn up”, The Sarn"
            " Courier, 10 March.",
            "permalink": "http://127.0.0.1:8000/quotes/1",
        },
    ),
    "quote-orphan": (
        "quotes/show.html",
        {
            **SHARED,
            "negotiation": None,
            "nav": [],
            "quote": POSITION.quotes[2],
            "printed_on": None,
            "uses": [],
            "citation": "x",
            "permalink": "http://127.0.0.1:8000/quotes/1",
        },
    ),
    "source": (
        "sources/show.html",
        {
            **SHARED,
            "negotiation": None,
            "nav": [],
            "source": SOURCE,
            "quotes": [(quote, [(POSITION, "Borsk", "Track gauge")]) for quote in POSITION.quotes],
            "text": "The minister of transport of Borsk came to Sarn on Sunday.",
            "has_text": True,
            "versions": VERSIONS,
            "next_url": None,
        },
    ),
    "index": ("negotiations/index.html", {"negotiations": LISTED, "offers_practice": True}),
    "about": (
        "negotiations/about.html",
        {
            **SHARED,
            "counts": sarn.COUNTS,
            "parties": sarn.PARTIES,
            "issues": [
                (issue, "Scope: this, not that." if issue.ordered else None)
                for issue in sarn.ISSUES
            ],
            "last": "2031-03-17",
        },
    ),
    "error-404": (
        "errors/page.html",
        {
            "status": 404,
            "title": "There is nothing at this address",
            "detail": "",
            "faults": [],
            "request_id": None,
            "typed": [],
        },
    ),
    "error-422": (
        "errors/page.html",
        {
            "status": 422,
            "title": "Something in the address is not valid",
            "detail": "It was understood as far as possible.",
            "faults": [("as_of", "“14.3.31” is no day; write 2031-03-14")],
            "request_id": None,
            "typed": [],
        },
    ),
    "error-500": (
        "errors/page.html",
        {
            "status": 500,
            "title": "Something broke here",
            "detail": "",
            "faults": [],
            "request_id": "01J8Z3K",
            "typed": [],
        },
    ),
    "error-503": (
        "errors/page.html",
        {
            "status": 503,
            "title": "Temporarily unavailable",
            "detail": "Nothing was changed.",
            "faults": [],
            "request_id": "01J8Z3K",
            "typed": [("summary", "Sarn wants more"), ("party", "sarn")],
            "again": "/n/sarn/positions/new?issue=dam",
        },
    ),
    "error-fragment": (
        "errors/_fragment.html",
        {
            "status": 404,
            "title": "Not found",
            "detail": "",
            "faults": [],
            "request_id": None,
            "typed": [],
        },
    ),
    "login": ("accounts/login.html", {"errors": {}, "values": {}, "next": ""}),
    "login-wrong": (
        "accounts/login.html",
        {
            "errors": {"name": "Name or password is wrong"},
            "values": {"name": "oray"},
            "next": "/n/sarn",
        },
    ),
    "search": ("search/index.html", FOUND),
    "search-many": ("search/index.html", {**FOUND, "more": True, "total": 1000}),
    "search-typing": ("search/_found.html", {**FOUND, "typing": True, "facets": []}),
    "search-none": (
        "search/index.html",
        {
            **UNKNOWN,
            "meant": [Suggestion(q="zebu rail", total=2), Suggestion(q="zero rail", total=1)],
            "apart": [Suggestion(q="zebra", total=0), Suggestion(q="rail", total=3)],
        },
    ),
    "search-none-filtered": ("search/index.html", {**UNKNOWN, "filtered": True, "unfiltered": 4}),
    "search-start": ("search/index.html", SEARCH),
    "drafts": (
        "review/drafts.html",
        {
            **SHARED,
            "viewer": sarn.EDITOR,
            "own": [
                SimpleNamespace(
                    position=replace(POSITION, status="draft", quotes=[], stated_on=None),
                    author="M. Oray",
                    submission=None,
                    returned=SimpleNamespace(by="T. Brandt", text="Which gauge?", version=1),
                    changed_since=False,
                    lacks=["It has no quote yet"],
                    writers={"M. Oray"},
                )
            ],
            "others": [],
            "several": SimpleNamespace(
                done=2, words="published", refused={1: "it was changed", 99: "it is no draft"}
            ),
            "discarded": [replace(POSITION, status="retracted", reason="Twice")],
            "most": 200,
            "done": replace(POSITION, status="retracted"),
            "issues": {issue.slug: issue for issue in sarn.ISSUES},
        },
    ),
    "work-list": (
        "desk/index.html",
        {
            **SHARED,
            "viewer": sarn.EDITOR,
            "stages": [("to read", 1), ("nothing to code", 1)],
            "stage": None,
            "more": None,
            "listed": [
                SimpleNamespace(
                    source=SOURCE,
                    reading=SimpleNamespace(version=2, by="M. Oray", reason="Only the weather"),
                    has_text=False,
                    published=0,
                    drafts=0,
                    stage=stage,
                )
                for stage in ("to read", "nothing to code", "being read")
            ],
        },
    ),
    **ANALYSIS,
}
