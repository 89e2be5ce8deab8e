"""Show packages as the API answers them."""

from collections.abc import Iterable

from typing_extensions import TypedDict

from app.analysis.bargains import Weighed
from app.analysis.concessions import Fewest
from app.analysis.package_query import Packages
from app.analysis.package_report import OpenPackage, PackageReport
from app.analysis.packages import Claim, Table
from app.models.vocabulary import Attitude, Firmness

MOST_LISTED = 200  # concessions, exchanges, and best packages


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


class PackageIssue(TypedDict):
    issue: str
    options: list[str]
    possible: list[str]
    reserved: list[PackageClaim]
    red_lines: list[PackageClaim]


class PackageItem(TypedDict):
    options: dict[str, str]
    prefers: int
    accepts: int
    reserved: int
    unsaid: int
    crossed: int
    supposed: bool


class PackageConcession(TypedDict):
    claim: PackageClaim
    opens: int | None


class FewestMovers(TypedDict):
    options: dict[str, str]
    parties: list[str]
    gives_up: list[PackageClaim]
    supposed: bool


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


def packages_json(found: Packages) -> PackagesData:
    """Show packages, and what would open or weigh them."""
    report, table = found.report, found.report.table
    weighing = report.weighing
    return {
        "issues": [
            {
                "issue": issue,
                "options": list(options),
                "possible": table.possible(issue),
                "reserved": _claims(
                    claim
                    for option in options
                    for claim in table.claims_on(issue, option)
                    if not claim.plain
                ),
                "red_lines": _claims(table.red_lines[issue]),
            }
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
        "fewest": _fewest(report, report.fewest) if report.fewest else None,
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
        "reserved": one.support.reserved,
        "unsaid": one.support.unsaid,
        "crossed": one.support.crossed,
        "supposed": bool(one.supposed),
    }


def _fewest(report: PackageReport, one: Fewest) -> FewestMovers:
    options = _options(report.table, one.package)
    return {
        "options": options,
        "parties": one.parties,
        "gives_up": _claims(one.gives_up),
        "supposed": _is_supposed(report, options),
    }


def _weighed(report: PackageReport, one: Weighed) -> WeighedPackage:
    table, options = report.table, _options(report.table, one.package)
    worth = zip(table.parties, one.worth, strict=True)
    return {
        "options": options,
        "worth": {party: round(float(share), 3) for party, share in worth},
        "supposed": _is_supposed(report, options),
    }


def _is_supposed(report: PackageReport, options: dict[str, str]) -> bool:
    return not report.supposed.isdisjoint(options.items())


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
