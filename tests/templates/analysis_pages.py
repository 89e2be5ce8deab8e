"""Define a context for each page of analysis: name -> (template, variables)."""

from dataclasses import replace
from datetime import date
from types import SimpleNamespace
from typing import Any

from app.analysis.agreement import IssueScale
from app.analysis.contradictions import Opposed, SharedPassage, Use
from app.analysis.ground_counts import count_ground
from app.analysis.package_report import Asked, PackageReport, package_table, report
from app.analysis.suppositions import Supposition, suppose
from app.analysis.timeline_drawing import SMALL
from app.matrix import move_labels
from app.matrix.contradictions import Kind
from app.models.vocabulary import MoveKind
from tests.templates import invented as sarn
from tests.templates.shared import BORSK, COLUMN, GAUGE, POSITION, SHARED

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
ANALYSIS: dict[str, tuple[str, dict[str, Any]]] = {
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
