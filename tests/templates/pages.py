"""Define a context for each page: name -> (template, variables)."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from markupsafe import Markup

from app.analysis.agreement import IssueScale
from app.analysis.contradictions import Opposed, SharedPassage, Use
from app.analysis.ground_counts import count_ground
from app.analysis.package_report import Asked, PackageReport, package_table, report
from app.analysis.suppositions import Supposition, suppose
from app.analysis.timeline_drawing import SMALL
from app.dossier.entries import Dossier, Entry, RedLine, last_move
from app.dossier.passages import Passages, Quoted, first_quotes
from app.dossier.paths import path
from app.dossier.queries import PartyTotals
from app.http.templating import TEMPLATES, templates
from app.matrix import move_labels
from app.matrix.contradictions import Kind
from app.matrix.move_labels import legend
from app.matrix.schemas import Seen
from app.models.vocabulary import MoveKind
from app.search.offers import Offer
from app.search.schemas import Count, Hit, Suggestion
from tests.templates import invented as sarn

POSITION = sarn.BORSK_GAUGE
BORSK, GAUGE, FEE = sarn.PARTIES[1], sarn.ISSUES[0], sarn.ISSUES[3]
COLUMN = {
    issue.slug: [
        (party, sarn.GRID.rows[at].cells[column]) for column, party in enumerate(sarn.PARTIES)
    ]
    for at, issue in enumerate(sarn.ISSUES)
}
VERSIONS = [
    (3, "corrected", "2031-03-15T08:00:00.000000Z", "M. Oray", "The condition was left out"),
    (2, "corrected", "2031-03-14T10:00:00.000000Z", "M. Oray", None),
    (1, "published", "2031-03-14T09:30:00.000000Z", "T. Brandt", None),
]
SHARED: dict[str, Any] = {
    **sarn.ADDRESSES,
    "negotiation": sarn.NEGOTIATION,
    "nav": sarn.NAV,
    "names": sarn.NAMES,
    "titles": sarn.TITLES,
    "known_at": None,
    "filters": {},
    "changed_since": 0,
    "carried": dict.fromkeys(Seen.model_fields),
    "moved": None,
    "as_of": "2031-03-14",
}
WHOLE: dict[str, Any] = {
    "place": 0,
    "paths": [],
    "quoted": {},
    "is_part": False,
    "total_cells": 6,
    "next_url": None,
    "previous_url": None,
}


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
PAIR = SimpleNamespace(parties=[party.slug for party in sarn.PARTIES[:2]], agreement=0.5, issues=2)
BAR = SimpleNamespace(
    position=POSITION.id,
    x=9.0,
    y=2.0,
    width=8.0,
    perhaps_from=3.0,
    sign="1",
    colour=2,
    hearsay=True,
)
LABELS = {(i.slug, o.slug): o.label for i in sarn.ISSUES for o in i.options}
NEEDED = [party.slug for party in sarn.PARTIES if party.consent_required]
SUPPOSED = next(
    Supposition(voice.party, slug, option.option)
    for slug, ground in sarn.COMMON.items()
    for option in ground.options
    for voice in option.rejected_by
)


def packages_of(supposed: list[Supposition]) -> PackageReport:
    """Find the packages of the invented negotiation."""
    held = {
        (party.slug, row.issue.slug): cell.position
        for row in sarn.GRID.rows
        for party, cell in zip(sarn.PARTIES, row.cells, strict=True)
        if cell and cell.position
    }
    issues = [row.issue for row in sarn.GRID.rows]
    table = package_table(issues, sarn.COMMON, held, NEEDED)
    claims = [
        replace(c, condition=c.condition + sarn.HOSTILE if c.condition else None)
        for c in table.claims
    ]
    table = replace(table, claims=suppose(claims, supposed))
    scales = {issue.slug: IssueScale.of(issue) for issue in issues}
    return report(table, scales, {}, Asked(0, 5))


PACKAGES: dict[str, Any] = {
    **SHARED,
    "all_issues": sarn.ISSUES,
    "issues": [row.issue for row in sarn.GRID.rows],
    "left_out": 0,
    "parties": [party for party in sarn.PARTIES if party.consent_required],
    "supposed": [],
    "found": packages_of([]),
    "window": SimpleNamespace(
        start=0, end=5, total=9, whole=False, previous=None, next="/n/sarn/packages?cursor=x"
    ),
    "labels": LABELS,
}
OPPOSED = Opposed(
    Kind.SPEAKERS, "borsk", "gauge", 3, ("1-435-mm",), POSITION.id, POSITION.id, date(2031, 3, 9)
)
SHARED_PASSAGE = SharedPassage(
    "gauge",
    3,
    sarn.WORDS[0],
    (Use("borsk", POSITION.id, POSITION.quotes[0].id, date(2031, 3, 9)),),
)
CONTRADICTIONS: dict[str, Any] = {
    **SHARED,
    "groups": {
        Kind.SPEAKERS: [OPPOSED],
        Kind.HEARSAY: [replace(OPPOSED, kind=Kind.HEARSAY, days=0)],
        Kind.WORDS: [SHARED_PASSAGE],
        Kind.CONDITIONS: sarn.CONDITIONS,
    },
    "counts": {kind.value: 1 for kind in Kind},
    "complete": False,
    "days": 30,
    "positions": {POSITION.id: POSITION},
    "parties": {party.slug: party for party in sarn.PARTIES},
    "issues": {issue.slug: issue for issue in sarn.ISSUES},
    "window": SimpleNamespace(
        start=0, end=4, total=9, whole=False, previous=None, next="/n/sarn/contradictions?cursor=x"
    ),
}
TIMELINE: dict[str, Any] = {
    **SHARED,
    "drawn": [
        SimpleNamespace(
            issue=GAUGE,
            options=[("1", "1,520 mm", 0), ("2", "1,435 mm", None)],
            drawing=SimpleNamespace(
                size=SMALL,
                height=60.0,
                lanes=[SimpleNamespace(party="borsk", y=20.0, bars=[BAR])],
                ticks=[(110.0, "2031-03")],
            ),
            entries=[
                SimpleNamespace(
                    turn=SimpleNamespace(on=date(2031, 3, 9), until=until),
                    position=POSITION,
                    mark=move_labels.move_mark(MoveKind.NEW, doubtful=False),
                )
                for until in (date(2031, 3, 12), None)
            ],
            by_position={POSITION.id: POSITION},
        )
    ],
    "parties": {party.slug: party for party in sarn.PARTIES},
    "all_issues": sarn.ISSUES,
    "all_parties": sarn.PARTIES,
    "rows": SimpleNamespace(
        start=0, end=1, total=4, whole=False, previous=None, next="/n/sarn/timeline?cursor=x"
    ),
    "lanes": SimpleNamespace(start=0, end=3, total=3, whole=True, previous=None, next=None),
    "cut": True,
    "most": 1000,
}
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
        ("firmness", "Firmness", ["demand"], [Count(value="demand", label="demand", count=2)]),
        ("party", "Party", [], [Count(value="borsk", label="Borsk", count=2)]),
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
        },
    ),
    "error-fragment": (
        "errors/_fragment.html",
        {"status": 404, "title": "Not found", "detail": "", "faults": [], "request_id": None},
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
    "common-ground": (
        "analysis/common_ground.html",
        {
            **SHARED,
            "rows": [(issue, COLUMN[issue.slug]) for issue in sarn.ISSUES],
            "common": sarn.COMMON,
            "counts": count_ground(
                sarn.ISSUES,
                {
                    (party, slug): stand
                    for slug, ground in sarn.COMMON.items()
                    for party, stand in ground.stands.items()
                    if stand
                },
                NEEDED,
            ),
            "needed": [party for party in sarn.PARTIES if party.consent_required],
            "chosen": [],
            "wanted": SimpleNamespace(state=["blocked"], blocker=NEEDED[0], issue=[]),
            "window": SimpleNamespace(
                start=0, end=4, total=9, whole=False, previous=None, next="/n/sarn?cursor=x"
            ),
            "labels": LABELS,
            "all_issues": sarn.ISSUES,
            "all_parties": sarn.PARTIES,
        },
    ),
    "packages": ("analysis/packages.html", PACKAGES),
    "contradictions": ("analysis/contradictions.html", CONTRADICTIONS),
    "packages-supposed": (
        "analysis/packages.html",
        {
            **PACKAGES,
            "filters": {"suppose": [SUPPOSED.text]},
            "supposed": [SUPPOSED],
            "found": packages_of([SUPPOSED]),
        },
    ),
    "changes": (
        "analysis/changes.html",
        {
            **SHARED,
            "filters": {"from": "2031-03-01", "party": ["borsk"]},
            "counts": {MoveKind.NEW: 1, MoveKind.HARDENED: 1},
            "meanings": move_labels.MEANINGS,
            "groups": [
                (
                    kind,
                    [
                        SimpleNamespace(
                            move=SimpleNamespace(on=date(2031, 3, 9)),
                            party=BORSK,
                            issue=GAUGE,
                            mark=move_labels.move_mark(kind, doubtful=False),
                            before=before,
                            after=POSITION,
                        )
                    ],
                )
                for kind, before in [(MoveKind.HARDENED, POSITION), (MoveKind.NEW, None)]
            ],
            "window": SimpleNamespace(
                start=0, end=2, total=3, whole=False, previous=None, next="/n/sarn/changes?cursor=x"
            ),
            "corrections": [
                SimpleNamespace(
                    party="borsk",
                    issue="gauge",
                    action="corrected",
                    recorded_at="2031-03-15T08:00:00.000000Z",
                    recorded_by="M. Oray",
                    reason="The condition was left out",
                    url="/positions/1/versions/3",
                )
            ],
            "corrections_total": 21,
            "more_corrections": "/n/sarn/changes?cursor=y",
            "read_to": date(2031, 3, 10),
            "parties": sarn.PARTIES,
            "issues": sarn.ISSUES,
        },
    ),
    "agreement": (
        "analysis/agreement.html",
        {
            **SHARED,
            "parties": sarn.PARTIES,
            "issues_total": 4,
            "across": sarn.PARTIES[:3],
            "heat": [
                SimpleNamespace(
                    party=BORSK,
                    cells=[
                        SimpleNamespace(agreement=0.5, issues=2, step=2),
                        None,
                        SimpleNamespace(agreement=None, issues=0, step=None),
                    ],
                )
            ],
            "rows": SimpleNamespace(
                start=0,
                end=1,
                total=3,
                whole=False,
                previous=None,
                next="/n/sarn/agreement?cursor=x",
            ),
            "columns": SimpleNamespace(start=0, end=3, previous=None, next=None),
            "closest": [PAIR],
            "farthest": [PAIR],
            "map": SimpleNamespace(
                spots=[
                    (
                        BORSK,
                        SimpleNamespace(x=1, y=2, label_x=3, label_y=4, anchor="start", line=True),
                    )
                ],
                share=0.6,
                across=["gauge"],
                up=[],
                left_out=sarn.PARTIES[:1],
                pairs=[PAIR],
            ),
            "most_on_map": 40,
            "box": (640.0, 440.0),
            "ordered": False,
            "order": "listed",
            "min_issues": 2,
        },
    ),
    "compare": (
        "analysis/compare.html",
        {
            **SHARED,
            "parties": sarn.PARTIES[:2],
            "chosen": [party.slug for party in sarn.PARTIES[:2]],
            "all_parties": sarn.PARTIES,
            "pairs": [PAIR],
            "courses": [
                SimpleNamespace(
                    pair=PAIR,
                    changes=[SimpleNamespace(on=date(2031, 3, 9), agreement=0.5, issues=2)],
                    monthly=False,
                    left_out=1,
                    drawing=SimpleNamespace(
                        segments=[SimpleNamespace(x1=1, x2=2, y=3)],
                        risers=[(1, 2, 3)],
                        first=date(2031, 3, 9),
                        last=date(2031, 3, 14),
                    ),
                )
            ],
            "followed": True,
            "counts": {"differ": 1, "unsaid": 1},
            "issues": [
                SimpleNamespace(
                    issue=row.issue,
                    comparison=SimpleNamespace(likeness=likeness, steps=steps),
                    cells=list(row.cells[:2]),
                )
                for row, likeness, steps in zip(
                    sarn.GRID.rows,
                    ["differ", "one_sided", "unsaid", "share"],
                    [SimpleNamespace(apart=1, of=2), None, None, None],
                    strict=False,
                )
            ],
            "window": SimpleNamespace(
                start=0, end=4, total=5, whole=False, previous=None, next="/x"
            ),
            "min_issues": 2,
        },
    ),
    "compare-none": (
        "analysis/compare.html",
        {
            **SHARED,
            "parties": [],
            "chosen": [],
            "all_parties": sarn.PARTIES,
            "pairs": [],
            "courses": [],
            "followed": True,
            "counts": {},
            "issues": [],
            "window": SimpleNamespace(
                start=0, end=0, total=0, whole=True, previous=None, next=None
            ),
            "min_issues": 2,
        },
    ),
    "timeline": ("analysis/timeline.html", {**TIMELINE, "large": False, "topic": None}),
    "timeline-large": (
        "analysis/timeline.html",
        {**TIMELINE, "large": True, "topic": GAUGE, "filters": {"issue": ["gauge"]}},
    ),
}
