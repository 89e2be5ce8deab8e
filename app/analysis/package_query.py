"""Read what the page of packages, its JSON and its CSV are about."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Annotated

import anyio.to_thread
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from app.analysis.agreement import IssueScale
from app.analysis.package_report import Asked, PackageReport, package_table, report
from app.analysis.suppositions import MOST, Supposition, read_supposition, suppose
from app.core.clock import now
from app.core.errors import bad_parameter
from app.core.input_models import Slug
from app.matrix.build import MatrixView, fill
from app.matrix.frame import Extent, Frame, read_frame
from app.matrix.schemas import MatrixQuery, Times
from app.negotiations.code_book import check_slugs
from app.negotiations.views import IssueView, PartyView

MOST_ISSUES = 20
MOST_CELLS = 5_000  # of the parties needed for a deal on the chosen issues
SUPPOSE = (
    "Suppose that a party accepts an option, for this answer only: `party:issue:option`. "
    "What rests on it says so."
)


class PackagesQuery(Times):
    """Both times, the issues, and what is supposed."""

    issue: Annotated[
        list[Slug],
        Field(max_length=MOST_ISSUES, description="The issues of a package; default: the first."),
    ] = []
    suppose: Annotated[
        list[Annotated[str, Field(max_length=250)]], Field(max_length=MOST, description=SUPPOSE)
    ] = []
    cursor: Annotated[
        str | None, Field(max_length=200, description="From `meta.next`: the next packages.")
    ] = None


@dataclass(frozen=True, slots=True)
class Packages:
    """The packages of some issues of a negotiation, as known at a moment."""

    matrix: MatrixView  # of the chosen issues and the parties needed for a deal
    chosen: list[IssueView]
    left_out: int  # issues that were not asked for, or are too many
    parties: list[PartyView]
    supposed: list[Supposition]
    report: PackageReport


async def read_packages_frame(
    session: AsyncSession, slug: str, query: PackagesQuery, *, purpose: str
) -> Frame:
    """Return the frame of the whole matrix; its `place` is where the list of packages starts."""
    asked = MatrixQuery(as_of=query.as_of, known_at=query.known_at, cursor=query.cursor)
    extent = Extent(ground=True, purpose=purpose, whole=True)
    return await read_frame(session, slug, asked, now=now(), extent=extent)


async def find_packages(
    session: AsyncSession, frame: Frame, query: PackagesQuery, *, size: int
) -> Packages:
    """Find the packages of the chosen issues; Invalid for an unknown issue or supposition."""
    parties = [party for party in frame.seated if party.consent_required]
    check_slugs(frame.book, (), query.issue)
    supposed = _supposed(query.suppose, frame, parties)
    most = max(1, min(MOST_ISSUES, MOST_CELLS // max(len(parties), 1)))
    wanted = set(query.issue)
    chosen = [issue for issue in frame.issues if issue.slug in wanted] or frame.issues[:most]
    if len(chosen) > most:
        raise bad_parameter("issue", f"can be repeated up to {most} times here")
    part = replace(frame, columns=parties, rows=chosen)
    matrix = await fill(session, part, MatrixQuery(), Extent(cells=True))
    held = {(p.party, p.issue): p for p in matrix.positions}
    table = package_table(chosen, matrix.ground, held, [party.slug for party in parties])
    table = replace(table, claims=suppose(table.claims, supposed))
    found = await anyio.to_thread.run_sync(
        report,
        table,
        {issue.slug: IssueScale.of(issue) for issue in chosen},
        {i.slug: o.slug for i in chosen for o in i.options if o.status_quo and not o.retired},
        Asked(frame.place[0], size),
    )
    return Packages(matrix, chosen, len(frame.issues) - len(chosen), parties, supposed, found)


def _supposed(
    texts: Sequence[str], frame: Frame, parties: Sequence[PartyView]
) -> list[Supposition]:
    needed = {party.slug for party in parties}
    options = {(i.slug, o.slug) for i in frame.issues for o in i.options if not o.retired}
    found = []
    for text in dict.fromkeys(texts):
        one = read_supposition(text)
        if one is None:
            raise bad_parameter("suppose", f"{text!r} is not written as party:issue:option")
        if one.party not in needed:
            raise bad_parameter("suppose", f"there is no party {one.party!r} needed for a deal")
        if (one.issue, one.option) not in options:
            raise bad_parameter(
                "suppose", f"there is no option {one.option!r} to agree on of issue {one.issue!r}"
            )
        found.append(one)
    return found
