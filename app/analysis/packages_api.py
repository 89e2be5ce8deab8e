"""Serve packages as JSON."""

from collections.abc import Iterable
from typing import Annotated

from fastapi import Query, Request, Response
from typing_extensions import TypedDict

from app.accounts.api_router import api_router
from app.accounts.dependencies import Reading
from app.analysis.bargains import Weighed
from app.analysis.concessions import Fewest
from app.analysis.package_query import (
    Packages,
    PackagesQuery,
    find_packages,
    read_packages_frame,
)
from app.analysis.package_report import OpenPackage, PackageReport
from app.analysis.packages import Claim, Table
from app.core.clock import instant
from app.core.input_models import SlugInPath
from app.http.described import Answer, answers
from app.http.responses import answer
from app.log.api_answers import next_link, times
from app.matrix.frame import write_place
from app.models.vocabulary import Attitude, Firmness
from app.positions.queries import count_changed_since

PURPOSE = "packages"  # of its cursors
A_WINDOW = 200
MOST_LISTED = 200  # concessions, exchanges, and best packages

router = api_router("/negotiations/{slug}", tag="analysis")


class PackageIssue(TypedDict):
    issue: str
    options: list[str]
    possible: list[str]


class PackageClaim(TypedDict):
    party: str
    issue: str
    option: str
    attitude: Attitude
    position: int | None
    firmness: Firmness
    salience: int | None
    condition: str | None
    inferred: bool
    attributed_by: list[str]
    supposed: bool


class PackageItem(TypedDict):
    options: dict[str, str]
    prefers: int
    accepts: int
    unsaid: int
    reserved: list[PackageClaim]
    supposed: list[PackageClaim]
    crossed: list[PackageClaim]


class PackageConcession(TypedDict):
    claim: PackageClaim
    opens: int | None


class FewestMovers(TypedDict):
    options: dict[str, str]
    parties: list[str]
    gives_up: list[PackageClaim]


class PackageExchange(TypedDict):
    parties: list[str]
    yields: list[str]
    gains: list[float]


class WeighedPackage(TypedDict):
    options: dict[str, str]
    worth: dict[str, float]
    supposed: bool


class UnknownSalience(TypedDict):
    party: str
    issue: str


class PackagesData(TypedDict):
    issues: list[PackageIssue]
    parties: list[str]
    combinations: int
    total: int | None
    packages: list[PackageItem]
    concessions: list[PackageConcession]
    fewest: FewestMovers | None
    exchanges: list[PackageExchange]
    unknown_salience: list[UnknownSalience]
    efficient: list[WeighedPackage] | None
    nash: WeighedPackage | None
    from_status_quo: bool | None


@router.get("/packages", summary="Read packages", responses=answers(Answer[PackagesData]))
async def show_packages(
    request: Request, session: Reading, slug: SlugInPath, query: Annotated[PackagesQuery, Query()]
) -> Response:
    """Find the combinations of one option an issue that no party needed for a deal rejects.

    Those that cross the fewest red lines come first (`crossed`: the party wants another option, and
    has said nothing of this one), then the best supported. 200 are answered at once, and at most
    2,000 in all; `total` counts all (null: too many to count). `concessions` are rejections each of
    which alone keeps packages shut, `fewest` those who would have to move where none is open.
    `exchanges`, `efficient` and `nash` need saliences; the last two are null where one is unknown,
    or where over 500 packages are open. At most 200 of each are listed. With `suppose`,
    `meta.suppositions` says what is only supposed, and `supposed` of each package and claim what of
    it rests on that.
    """
    frame = await read_packages_frame(session, slug, query, purpose=PURPOSE)
    found = await find_packages(session, frame, query, size=A_WINDOW)
    end = frame.place[0] + A_WINDOW
    following = (
        write_place(PURPOSE, frame.at, frame.as_of, (end, 0)) if end < found.report.listed else None
    )
    meta = times(frame.at, as_of=frame.as_of, next=following)
    if query.suppose:
        meta["suppositions"] = [
            {"party": one.party, "issue": one.issue, "option": one.option} for one in found.supposed
        ]
    if query.known_at is not None:
        shown = [position.id for position in found.matrix.positions]
        meta["changed_since"] = await count_changed_since(session, frame.at, shown)
    pins = {"as_of": frame.as_of.isoformat(), "known_at": instant(frame.at.at)}
    links = next_link(request, following, **pins)
    return answer(request, packages_json(found), meta, links=links)


def packages_json(found: Packages) -> PackagesData:
    """Show packages, and what would open or weigh them."""
    report, table = found.report, found.report.table
    weighing = report.weighing
    return {
        "issues": [
            {"issue": issue, "options": list(options), "possible": table.possible(issue)}
            for issue, options in table.options.items()
        ],
        "parties": list(table.parties),
        "combinations": table.size,
        "total": report.total,
        "packages": [_package(table, one) for one in report.shown],
        "concessions": [
            {"claim": _claim(one.claim), "opens": one.opens}
            for one in report.concessions[:MOST_LISTED]
        ],
        "fewest": _fewest(table, report.fewest) if report.fewest else None,
        "exchanges": [
            {
                "parties": list(one.parties),
                "yields": list(one.yields),
                "gains": [round(float(gain), 3) for gain in one.gains],
            }
            for one in report.exchanges[:MOST_LISTED]
        ],
        "unknown_salience": [
            {"party": party, "issue": issue} for party, issue in report.unknown_salience
        ],
        "efficient": [_weighed(report, one) for one in weighing.best[:MOST_LISTED]]
        if weighing
        else None,
        "nash": _weighed(report, weighing.nash) if weighing and weighing.nash else None,
        "from_status_quo": weighing.from_status_quo if weighing else None,
    }


def _package(table: Table, one: OpenPackage) -> PackageItem:
    return {
        "options": _options(table, one.package),
        "prefers": one.support.prefers,
        "accepts": one.support.accepts,
        "unsaid": one.support.unsaid,
        "reserved": _claims(one.reserved),
        "supposed": _claims(one.supposed),
        "crossed": _claims(one.crossed),
    }


def _fewest(table: Table, one: Fewest) -> FewestMovers:
    return {
        "options": _options(table, one.package),
        "parties": one.parties,
        "gives_up": _claims(one.gives_up),
    }


def _weighed(report: PackageReport, one: Weighed) -> WeighedPackage:
    table, options = report.table, _options(report.table, one.package)
    worth = zip(table.parties, one.worth, strict=True)
    return {
        "options": options,
        "worth": {party: round(float(share), 3) for party, share in worth},
        "supposed": not report.supposed.isdisjoint(options.items()),
    }


def _options(table: Table, package: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(table.issues, package, strict=True))


def _claims(claims: Iterable[Claim]) -> list[PackageClaim]:
    return [_claim(claim) for claim in claims]


def _claim(claim: Claim) -> PackageClaim:
    return {
        "party": claim.party,
        "issue": claim.issue,
        "option": claim.option,
        "attitude": Attitude(claim.attitude),
        "position": claim.position,
        "firmness": Firmness(claim.firmness),
        "salience": claim.salience,
        "condition": claim.condition,
        "inferred": claim.inferred,
        "attributed_by": list(claim.attributed_by),
        "supposed": claim.supposed,
    }
