"""Arrange the matrix as its address says: order, rows and columns left out, folded groups."""

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import bad_parameter
from app.matrix.frame import Extent, Frame, Place, window, write_place
from app.matrix.schemas import IssueOrder, PartyOrder
from app.matrix_page.comparison import compared
from app.matrix_page.matching import matching
from app.matrix_page.schemas import MatrixPageQuery, Only
from app.negotiations.views import IssueView, PartyView

PURPOSE = "matrix"  # of the cursors


@dataclass(frozen=True, slots=True)
class Group:
    """Issues that follow each other in one group; a folded one shows none of them."""

    name: str | None
    issues: Sequence[IssueView]
    folded: bool


@dataclass(frozen=True, slots=True)
class LeftOut:
    """What the address leaves out, beside folded groups."""

    parties: Sequence[PartyView]  # hidden one by one
    issues: Sequence[IssueView]
    alike: int = 0  # issues on which no two parties prefer different options
    unmatched: tuple[int, int] = (0, 0)  # issues and parties without a cell that a filter leaves


@dataclass(frozen=True, slots=True)
class Arranged:
    """A window of the matrix, arranged, and what is not shown of the whole."""

    frame: Frame
    groups: Sequence[Group]  # of the window, with the folded ones between its rows
    roles: Sequence[tuple[str, int, bool]]  # each with its number of parties; whether it is folded
    left_out: LeftOut
    too_large: bool  # to be compared: no order of likeness, no rows left out as alike


async def arrange(
    session: AsyncSession, frame: Frame, query: MatrixPageQuery, most_cells: int
) -> Arranged:
    """Arrange a frame that has all its rows and columns, and cut out the window asked for."""
    _check(frame, query)
    columns = [p for p in frame.across if p.slug not in query.hide_party]
    rows = [i for i in frame.down if i.slug not in query.hide_issue]
    left_out = LeftOut(
        [p for p in frame.across if p.slug in query.hide_party],
        [i for i in frame.down if i.slug in query.hide_issue],
    )
    found = await compared(session, frame, query, columns, rows)
    if found:
        columns = [columns[place] for place in found.order]
        if query.issue_order == IssueOrder.DISPUTED:
            rows = _within_groups(rows, lambda i: -found.contrasts.disputed[i.slug])
        if Only.DIFFERING in query.only:
            kept = [i for i in rows if i.slug in found.contrasts.differing]
            left_out = replace(left_out, alike=len(rows) - len(kept))
            rows = kept
    if query.leaves_out_empty:
        left = await matching(session, frame, query.of_cells, columns, rows)
        unmatched = (len(rows) - len(left.issues), len(columns) - len(left.parties))
        left_out = replace(left_out, unmatched=unmatched)
        rows = [i for i in rows if i.slug in left.issues]
        columns = [p for p in columns if p.slug in left.parties]
    if query.order == PartyOrder.NAME:
        columns = sorted(columns, key=lambda p: p.name.casefold())
    if query.issue_order == IssueOrder.NAME:
        rows = _within_groups(rows, lambda i: i.title.casefold())
    unfolded = [p for p in columns if p.role not in query.fold_role]
    cut = _cut(frame, unfolded, [i for i in rows if i.group not in query.fold], most_cells)
    return Arranged(
        cut,
        _groups(rows, cut, query.fold),
        _roles(columns, query),
        left_out,
        too_large=found is None,
    )


def _check(frame: Frame, query: MatrixPageQuery) -> None:
    """Raise Invalid for what the negotiation does not have."""
    parties = {p.slug for p in frame.parties}
    issues = {i.slug: {o.slug for o in i.options} for i in frame.issues}
    groups = {i.group for i in frame.issues}
    one_party, one_issue = query.opened or (None, None)
    marked, option = query.marked or (None, None)
    for name, kind, values, there in (
        ("hide_party", "party", query.hide_party, parties),
        ("hide_issue", "issue", query.hide_issue, issues),
        ("fold", "group of issues", query.fold, groups),
        ("open", "party", [one_party] if one_party else [], parties),
        ("open", "issue", [one_issue] if one_issue else [], issues),
        ("mark", "issue", [marked] if marked else [], issues),
        ("mark", "option", [option] if option else [], issues.get(marked or "", ())),
    ):
        for value in values:
            if value not in there:
                raise bad_parameter(name, f"there is no {kind} {value!r} in this negotiation")


def _within_groups(
    rows: Sequence[IssueView], key: Callable[[IssueView], float | str]
) -> list[IssueView]:
    """Sort the issues of each group, and leave the groups where they are."""
    return [
        issue
        for _, together in groupby(rows, lambda i: i.group)
        for issue in sorted(together, key=key)
    ]


def _cut(
    frame: Frame, columns: Sequence[PartyView], rows: Sequence[IssueView], most_cells: int
) -> Frame:
    """Return the window of these rows and columns at the place that the cursor names."""
    extent = Extent(most_cells, parts=True)
    shown = window(extent, frame.place, (len(rows), len(columns)))

    def cursor(place: Place | None) -> str | None:
        return write_place(PURPOSE, frame.at, frame.as_of, place) if place else None

    return replace(
        frame,
        across=list(columns),
        down=list(rows),
        columns=list(columns[shown.columns]),
        rows=list(rows[shown.rows]),
        next=cursor(shown.next),
        previous=cursor(shown.previous),
    )


def _groups(rows: Sequence[IssueView], cut: Frame, fold: Sequence[str]) -> list[Group]:
    """Group the rows of a window; a folded group is shown after the row before it."""
    groups = []
    start, end, before = cut.place[0], cut.place[0] + len(cut.rows), 0
    for name, run in groupby(rows, lambda i: i.group):
        together = list(run)
        if name in fold:
            if start <= min(before, max(len(cut.down) - 1, 0)) < max(end, start + 1):
                groups.append(Group(name, together, folded=True))
            continue
        shown = together[max(start - before, 0) : max(end - before, 0)]
        if shown:
            groups.append(Group(name, shown, folded=False))
        before += len(together)
    return groups


def _roles(columns: Sequence[PartyView], query: MatrixPageQuery) -> list[tuple[str, int, bool]]:
    counts = Counter(party.role for party in columns)
    return [(role, count, role in query.fold_role) for role, count in counts.items()]
