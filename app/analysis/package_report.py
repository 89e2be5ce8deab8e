"""Gather all that is said of packages: which are open, who would have to move, what is best.

Pure functions; what takes long is bounded. The rules: docs/analysis.md#packages.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.analysis.agreement import IssueScale
from app.analysis.bargains import (
    Exchange,
    Weighed,
    efficient,
    exchanges,
    nash_point,
    weigh,
    wishes,
    without_salience,
)
from app.analysis.concessions import Concession, Fewest, fewest_movers, single_concessions
from app.analysis.package_search import count_open, open_packages
from app.analysis.packages import Choice, Claim, Package, Support, Table, support
from app.matrix.common_ground import IssueCommonGround
from app.negotiations.views import IssueView
from app.positions.views import PositionView

MOST_LISTED = 2_000  # packages that can be walked through, the best supported first
MOST_WEIGHED = 500  # packages that are compared with each other
MOST_EXCHANGING = 40  # parties whose exchanges are looked for


@dataclass(frozen=True, slots=True)
class OpenPackage:
    """A package that nobody rejects, and what is said of its options."""

    package: Package
    support: Support
    reserved: list[Claim]  # on a condition, by inference or by hearsay
    supposed: list[Claim]
    crossed: list[Claim]  # red lines on other options, of parties that have not spoken of these


@dataclass(frozen=True, slots=True)
class Weighing:
    """Which packages are best for all, by what the parties care about."""

    best: list[Weighed]  # than which none is better for one and not worse for any
    nash: Weighed | None
    from_status_quo: bool  # gains are counted from the status quo, else from nothing


@dataclass(frozen=True, slots=True)
class PackageReport:
    """All that is said of the packages of some issues."""

    table: Table
    total: int | None  # of open packages; None: too many to look at all of them
    listed: int  # of them that can be walked through
    shown: list[OpenPackage]
    shut: list[str]  # issues without an option that nobody rejects
    settled: dict[str, str]  # by issue: the only option that nobody rejects
    concessions: list[Concession]
    fewest: Fewest | None  # where no package is open
    exchanges: list[Exchange]
    unknown_salience: list[tuple[str, str]]  # party and issue
    supposed: frozenset[Choice]  # options that a party is only supposed to accept
    weighing: Weighing | None  # None: saliences are missing, or there are too many packages


@dataclass(frozen=True, slots=True)
class Asked:
    """Which part of the list is shown."""

    start: int
    size: int


def report(
    table: Table,
    scales: Mapping[str, IssueScale],
    status_quo: Mapping[str, str],
    asked: Asked,
) -> PackageReport:
    """Work out everything; `status_quo` has the option of each issue that would stay as it is."""
    packages = list(open_packages(table, MOST_LISTED + 1))
    total = count_open(table)
    fewest = None if packages else fewest_movers(table)
    if fewest is not None and total is None:  # not all were looked at, but this is exact
        if fewest.parties:
            total = 0
        else:
            packages, fewest = [fewest.package], None
    unknown = without_salience(table)
    bounded = len(table.parties) <= MOST_EXCHANGING
    listed = min(len(packages), MOST_LISTED)
    start = min(asked.start, max(listed - 1, 0))
    possible = {issue: table.possible(issue) for issue in table.issues}
    return PackageReport(
        table=table,
        total=total,
        listed=listed,
        shown=[_shown(table, p) for p in packages[start : min(start + asked.size, listed)]],
        shut=[issue for issue, options in possible.items() if not options],
        settled={issue: options[0] for issue, options in possible.items() if len(options) == 1},
        concessions=single_concessions(table),
        fewest=fewest,
        exchanges=exchanges(table, scales) if bounded else [],
        unknown_salience=unknown,
        supposed=frozenset((c.issue, c.option) for c in table.claims if c.supposed),
        weighing=_weighing(table, scales, status_quo, packages)
        if bounded and not unknown and wishes(table) and 0 < len(packages) <= MOST_WEIGHED
        else None,
    )


def _shown(table: Table, package: Package) -> OpenPackage:
    chosen = list(zip(table.issues, package, strict=True))
    said = [claim for choice in chosen for claim in table.claims_on(*choice)]
    return OpenPackage(
        package,
        support(table, package),
        [claim for claim in said if not claim.plain],
        [claim for claim in said if claim.supposed],
        [claim for choice in chosen for claim in table.crossed(*choice)],
    )


def _weighing(
    table: Table,
    scales: Mapping[str, IssueScale],
    status_quo: Mapping[str, str],
    packages: Sequence[Package],
) -> Weighing:
    weighed = weigh(table, scales, packages)
    stays = [status_quo.get(issue) for issue in table.issues]
    known = [option for option in stays if option is not None]
    whole = len(known) == len(stays)
    otherwise = weigh(table, scales, [tuple(known)])[0] if whole else None
    return Weighing(efficient(weighed), nash_point(weighed, otherwise), whole)


def package_table(
    issues: Sequence[IssueView],
    ground: Mapping[str, IssueCommonGround],
    positions: Mapping[tuple[str, str], PositionView],
    parties: Sequence[str],
) -> Table:
    """Return what these parties say of the options of these issues, from current positions.

    `positions` are by party and issue. Retired options cannot be agreed on.
    """
    options = {i.slug: [o.slug for o in i.options if not o.retired] for i in issues}
    claims = []
    for issue in issues:
        for ground_of_option in ground[issue.slug].options:
            for voice in (*ground_of_option.accepted_by, *ground_of_option.rejected_by):
                position = positions[voice.party, issue.slug]
                claims.append(
                    Claim(
                        voice.party,
                        issue.slug,
                        ground_of_option.option,
                        voice.attitude,
                        voice.position,
                        voice.firmness,
                        position.salience,
                        voice.condition,
                        voice.inferred,
                        tuple(voice.attributed_by),
                        tuple(
                            (link.issue, link.option)
                            for link in position.links
                            if link.kind == "condition" and link.option is not None
                        ),
                    )
                )
    return Table(options, parties, claims)
