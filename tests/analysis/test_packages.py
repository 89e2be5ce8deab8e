"""Test packages, concessions and bargains: by hand, and against trying out everything."""

import random
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from itertools import combinations, islice, product
from math import prod
from typing import Any

import pytest

from app.analysis.agreement import IssueScale, closeness
from app.analysis.bargains import (
    Weighed,
    Wish,
    efficient,
    exchanges,
    nash_point,
    weigh,
    wishes,
    without_salience,
)
from app.analysis.concessions import fewest_movers, firmness_rank, single_concessions
from app.analysis.package_report import Asked, report
from app.analysis.package_search import count_open, open_packages
from app.analysis.packages import Claim, Package, Support, Table, broken, support

CASES = 1_000
FIRM = ("open", "unclear", "preference", "demand", "red_line")


def claim(said: str, **more: Any) -> Claim:
    """Read a claim such as "north rejects dam.open"."""
    party, attitude, choice = said.split()
    issue, option = choice.split(".")
    made = Claim(party, issue, option, attitude, position=1)
    return replace(made, **more)


def scale(issue: str, options: int, *, ordered: bool = True) -> IssueScale:
    return IssueScale(issue, ordered, {f"o{n}": n for n in range(options)}, ())


TALKS = Table(
    {"dam": ["open", "shared", "shut"], "quota": ["q20", "q40"]},
    ["north", "south", "delta"],
    [
        claim("north prefers dam.shut", firmness="red_line", salience=90),
        claim("north rejects dam.open", firmness="red_line", salience=90),
        claim("south prefers dam.open", salience=40),
        claim("south rejects dam.shut", firmness="preference", salience=40),
        claim("delta accepts dam.shared", condition="only if the ford stays open"),
        claim("north prefers quota.q20", salience=20),
        claim("south prefers quota.q40", salience=80),
        claim("south rejects quota.q20", firmness="demand", salience=80),
        claim("delta rejects quota.q20", condition="only if no gauge is set"),
    ],
)


def test_a_package_is_what_nobody_rejects_plainly() -> None:
    """A rejection on a condition is a reserve, as in common ground, and no bar."""
    assert list(open_packages(TALKS)) == [("shared", "q40")]
    assert count_open(TALKS) == 1
    assert TALKS.size == 6
    assert support(TALKS, ("shared", "q40")) == Support(
        prefers=1, accepts=0, reserved=1, unsaid=4, crossed=1
    )


def test_a_red_line_is_crossed_by_an_option_of_which_its_party_has_not_spoken() -> None:
    [crossed] = TALKS.crossed("dam", "shared")
    assert (crossed.party, crossed.option) == ("north", "shut")
    said = replace(TALKS, claims=[*TALKS.claims, claim("north accepts dam.shared")])
    assert said.crossed("dam", "shared") == []
    assert support(said, ("shared", "q40")).crossed == 0


def test_what_one_concession_opens_comes_from_the_least_firm_on() -> None:
    found = single_concessions(TALKS)
    assert [(c.claim.party, c.claim.option, c.opens) for c in found] == [
        ("south", "shut", 1),
        ("south", "q20", 1),
        ("north", "open", 1),
    ]


def test_two_who_reject_the_same_open_nothing_alone() -> None:
    table = replace(TALKS, claims=[*TALKS.claims, claim("delta rejects dam.shut")])
    assert "shut" not in {c.claim.option for c in single_concessions(table)}


def test_where_an_issue_is_blocked_only_what_opens_it_helps() -> None:
    """As long as no option of the dam is left, giving way on the quota opens nothing."""
    table = replace(
        TALKS, claims=[*TALKS.claims, claim("north rejects dam.shared", firmness="demand")]
    )
    assert list(open_packages(table)) == []
    assert {c.claim.issue for c in single_concessions(table)} == {"dam"}
    found = fewest_movers(table)
    assert found is not None
    assert found.parties == ["south"]
    assert found.package == ("shut", "q40")


def test_who_accepts_one_option_only_with_another_binds_the_two() -> None:
    bound = claim("delta prefers quota.q40", needs=(("dam", "open"),))
    table = replace(TALKS, claims=[c for c in TALKS.claims if c.party != "delta"] + [bound])
    [binding] = broken(table, ("shared", "q40"))
    assert (binding.claim, binding.issue, binding.options) == (bound, "dam", {"open"})
    assert list(open_packages(table)) == []
    found = fewest_movers(table)
    assert found is not None
    # Delta's condition is less firm than South's demand and North's red line.
    assert (found.parties, found.package) == (["delta"], ("shared", "q40"))
    assert found.gives_up == [bound]


def test_of_several_options_of_one_issue_any_meets_a_condition() -> None:
    """A package has only one of them, so that none could have both."""
    either = claim("delta prefers quota.q40", needs=(("dam", "open"), ("dam", "shared")))
    table = replace(TALKS, claims=[c for c in TALKS.claims if c.party != "delta"] + [either])
    assert broken(table, ("shared", "q40")) == []
    assert list(open_packages(table)) == [("shared", "q40")]


def test_a_condition_that_is_inferred_or_hearsay_binds_nothing() -> None:
    """As with rejections, only what the party itself says bars a package."""
    for doubt in ({"inferred": True}, {"attributed_by": ("north",)}):
        heard = claim("delta prefers quota.q40", needs=(("dam", "open"),), **doubt)
        table = replace(TALKS, claims=[c for c in TALKS.claims if c.party != "delta"] + [heard])
        assert list(open_packages(table)) == [("shared", "q40")]


def test_a_claim_that_breaks_two_conditions_is_given_up_once() -> None:
    both = claim("one prefers a.x", needs=(("b", "x"), ("c", "x")))
    table = Table({"a": ["x"], "b": ["y"], "c": ["y"]}, ["one"], [both])
    found = fewest_movers(table)
    assert found is not None
    assert found.gives_up == [both]


def test_the_fewest_who_move_are_not_those_of_each_issue_alone() -> None:
    """Each issue alone is opened most easily by another party; one party can open all of them."""
    table = Table(
        {"a": ["x", "y"], "b": ["x", "y"]},
        ["one", "two", "all"],
        [
            claim("one rejects a.x", firmness="open"),
            claim("all rejects a.y", firmness="red_line"),
            claim("two rejects b.x", firmness="open"),
            claim("all rejects b.y", firmness="red_line"),
        ],
    )
    found = fewest_movers(table)
    assert found is not None
    assert (found.parties, found.package) == (["all"], ("y", "y"))


def test_nothing_is_found_where_an_issue_has_no_options() -> None:
    table = Table({"a": [], "b": ["x"]}, ["one"], [])
    assert list(open_packages(table)) == []
    assert count_open(table) == 0
    assert fewest_movers(table) is None


def test_an_exchange_gives_each_what_it_cares_for_more() -> None:
    """On the dam 90 against 40, on the quota 20 against 80, both as far apart as can be."""
    scales = {
        "dam": IssueScale("dam", True, {"open": 0, "shared": 1, "shut": 2}, ()),
        "quota": IssueScale("quota", True, {"q20": 0, "q40": 1}, ()),
    }
    [found] = exchanges(TALKS, scales)
    assert found.parties == ("north", "south")
    assert found.yields == ("quota", "dam")
    assert found.gains == (Fraction(90 - 20, 110), Fraction(80 - 40, 120))


def test_without_saliences_nothing_is_weighed() -> None:
    claims = [replace(c, salience=None) if c.party == "south" else c for c in TALKS.claims]
    table = replace(TALKS, claims=claims)
    assert without_salience(table) == [("south", "dam"), ("south", "quota")]
    scales = {issue: IssueScale(issue, False, {}, ()) for issue in TALKS.issues}
    assert exchanges(table, scales) == []


def test_the_nash_point_of_a_division_is_the_published_one() -> None:
    """Nash (1950), "The Bargaining Problem", the trade of Bill and Jack.

    Bill has a book, a whip, a ball and a bat, Jack a pen, a toy and a knife; the utilities of Bill
    and Jack are book 2, 4; whip 2, 2; ball 2, 1; bat 2, 2; box 4, 1; pen 10, 1; toy 4, 1; knife
    6, 2; hat 2, 2. Bill gives book, whip, ball and bat; Jack gives pen, toy and knife.
    """
    bill = {
        "book": 2,
        "whip": 2,
        "ball": 2,
        "bat": 2,
        "box": 4,
        "pen": 10,
        "toy": 4,
        "knife": 6,
        "hat": 2,
    }
    jack = {
        "book": 4,
        "whip": 2,
        "ball": 1,
        "bat": 2,
        "box": 1,
        "pen": 1,
        "toy": 1,
        "knife": 2,
        "hat": 2,
    }
    his = {"book", "whip", "ball", "bat", "box"}
    claims = []
    for party, worth in (("bill", bill), ("jack", jack)):
        claims += [
            claim(f"{party} prefers {thing}.{party}", salience=n) for thing, n in worth.items()
        ]
    table = Table({thing: ["bill", "jack"] for thing in bill}, ["bill", "jack"], claims)
    scales = {thing: IssueScale(thing, False, {}, ()) for thing in bill}
    packages = list(product(["bill", "jack"], repeat=len(bill)))
    before: Package = tuple("bill" if thing in his else "jack" for thing in bill)
    [otherwise] = weigh(table, scales, [before])
    found = nash_point(weigh(table, scales, packages), otherwise)
    assert found is not None
    theirs = {thing for thing, owner in zip(bill, found.package, strict=True) if owner == "jack"}
    assert theirs == {"book", "whip", "ball", "bat", "hat"}


# --- against trying out everything ------------------------------------------------------------


def random_table(dice: random.Random) -> Table:
    """Return a small table, often with conditions between its issues."""
    options = {
        f"i{n}": [f"o{k}" for k in range(dice.randint(1, 4))] for n in range(dice.randint(1, 4))
    }
    parties = [f"p{n}" for n in range(dice.randint(1, 4))]
    choices = [(issue, option) for issue, found in options.items() for option in found]
    claims = []
    for party in parties:
        for issue, found in options.items():
            firm, salience = dice.choice(FIRM), dice.choice([None, *range(0, 101, 10)])
            preferred = dice.choice([None, *found])  # at most one
            for option in found:
                if dice.random() < 0.35 and option != preferred:
                    continue
                attitude = dice.choice(["accepts", "rejects", "rejects"])
                attitude = "prefers" if option == preferred else attitude
                others = [choice for choice in choices if choice[0] != issue]
                claims.append(
                    Claim(
                        party, issue, option, attitude, 1, firm, salience,
                        condition=dice.choice([None] * 5 + ["only if"]),
                        inferred=dice.random() < 0.1,
                        needs=tuple(dice.choices(others, k=dice.choice([1, 1, 3])))
                        if others and dice.random() < 0.15 else (),
                    )
                )  # fmt: skip
    return Table(options, parties, claims)


def tables() -> Iterator[Table]:
    dice = random.Random(2026)
    for _ in range(CASES):
        yield random_table(dice)


def needed(c: Claim) -> dict[str, set[str]]:
    """Return the options of other issues, any of which a party needs to take one."""
    found: dict[str, set[str]] = {}
    for issue, option in c.needs if c.attitude != "rejects" and not c.inferred else ():
        found.setdefault(issue, set()).add(option)
    return found


def costs(table: Table, package: Package) -> tuple[int, int]:
    """Return how many parties would have to move for a package, and how firm they are together."""
    chosen = dict(zip(table.options, package, strict=True))
    movers, firm = set(), 0
    for c in table.claims:
        if chosen[c.issue] != c.option:
            continue
        unsure = c.condition is not None or c.inferred
        if c.attitude == "rejects" and not unsure:
            movers.add(c.party)
            firm += 1 + FIRM.index(c.firmness)
        for issue, options in needed(c).items():
            if chosen[issue] not in options:
                movers.add(c.party)
                firm += 1 + FIRM.index(c.firmness)
    return len(movers), firm


def test_packages_are_those_of_trying_out_everything() -> None:
    met = 0
    for table in tables():
        everything = list(product(*table.options.values()))
        wanted = {package for package in everything if costs(table, package)[0] == 0}
        found = list(open_packages(table))
        assert len(found) == len(set(found)) == count_open(table)
        assert set(found) == wanted
        keys = [
            (s.crossed, s.reserved + s.unsaid, -s.prefers)
            for s in (support(table, package) for package in found)
        ]
        assert keys == sorted(keys)
        met += bool(0 < len(found) < len(everything))
    assert met > CASES / 5  # the cases are neither all blocked nor all open


def test_the_fewest_movers_are_those_of_trying_out_everything() -> None:
    moved = 0
    for table in tables():
        best = min(costs(table, package) for package in product(*table.options.values()))
        found = fewest_movers(table)
        assert found is not None
        assert costs(table, found.package) == best
        assert len(found.parties) == best[0]
        moved += best[0] > 1
    assert moved > CASES / 50


def test_single_concessions_are_those_of_taking_each_rejection_back() -> None:
    opened = 0
    for table in tables():
        before = set(open_packages(table))
        wanted = {}
        for c in table.claims:
            if c.attitude == "rejects" and c.condition is None and not c.inferred:
                left = replace(table, claims=[other for other in table.claims if other is not c])
                new = set(open_packages(left)) - before
                if new:
                    wanted[c.party, c.issue, c.option] = len(new)
        found = single_concessions(table)
        assert {(c.claim.party, c.claim.issue, c.claim.option): c.opens for c in found} == wanted
        ranks = [firmness_rank(c.claim.firmness) for c in found]
        assert ranks == sorted(ranks)
        opened += bool(found)
    assert opened > CASES / 5


def test_bargains_are_those_of_trying_out_everything() -> None:
    dice = random.Random(7)
    met = 0
    for table in islice(tables(), 300):
        claims = [replace(c, salience=c.salience or 10) for c in table.claims]
        whole = replace(table, claims=claims)
        scales = {
            issue: scale(issue, len(options), ordered=dice.random() < 0.7)
            for issue, options in whole.options.items()
        }
        everything = list(product(*whole.options.values()))
        weighed = weigh(whole, scales, everything)
        worths = [worth_by_hand(whole, scales, package) for package in everything]
        assert [one.worth for one in weighed] == worths
        assert [one.package for one in efficient(weighed)] == [
            package
            for package, mine in zip(everything, worths, strict=True)
            if not any(
                other != mine and all(a >= b for a, b in zip(other, mine, strict=True))
                for other in worths
            )
        ]
        base = dice.choice(weighed)
        found = nash_point(weighed, base)
        products = nash_products(weighed, base)
        if found is None:
            assert not products
        else:
            met += 1
            gains = prod(
                (a - b for a, b in zip(found.worth, base.worth, strict=True) if b < 1),
                start=Fraction(1),
            )
            assert gains == max(products)
    assert met > 20


def worth_by_hand(
    table: Table, scales: dict[str, IssueScale], package: Package
) -> tuple[Fraction, ...]:
    """Return what each party gets of what it cares about."""
    found = []
    held: dict[tuple[str, str], Wish] = wishes(table)
    for party in table.parties:
        total = got = Fraction(0)
        for issue, option in zip(table.options, package, strict=True):
            wish = held.get((party, issue))
            if wish and wish.salience:
                total += wish.salience
                got += wish.salience * closeness(scales[issue], wish.option, option)
        found.append(got / total if total else Fraction(1))
    return tuple(found)


def nash_products(weighed: list[Weighed], base: Weighed) -> list[Fraction]:
    """Return the products of gains of the packages from which all gain that can."""
    found = []
    for one in weighed:
        pairs = list(zip(one.worth, base.worth, strict=True))
        if any(b < 1 for _, b in pairs) and all(a > b if b < 1 else a >= b for a, b in pairs):
            found.append(prod((a - b for a, b in pairs if b < 1), start=Fraction(1)))
    return found


def test_exchanges_are_those_of_trying_out_everything() -> None:
    found_some = 0
    for table in islice(tables(), 300):
        scales = {issue: scale(issue, len(o)) for issue, o in table.options.items()}
        held = wishes(table)
        wanted = set()
        for one, other in combinations(table.parties, 2):
            for mine, theirs in product(table.issues, repeat=2):
                cells = [held.get((p, i)) for p in (one, other) for i in (mine, theirs)]
                if mine == theirs or not all(c and c.salience is not None for c in cells):
                    continue
                a, b, c, d = (cell for cell in cells if cell)
                on_mine = 1 - closeness(scales[mine], a.option, c.option)
                on_theirs = 1 - closeness(scales[theirs], b.option, d.option)
                won = b.salience * on_theirs - a.salience * on_mine
                lost = c.salience * on_mine - d.salience * on_theirs
                if won > 0 and lost > 0:
                    wanted.add((one, other, mine, theirs))
        found = {(*e.parties, *e.yields) for e in exchanges(table, scales)}
        assert found == wanted
        found_some += bool(found)
    assert found_some > 10


def test_a_few_of_very_many_packages_cost_little() -> None:
    """Of 5 to the power of 20, the first are made without the others."""
    options = {f"i{n}": [f"o{k}" for k in range(5)] for n in range(20)}
    table = Table(options, ["one"], [claim(f"one prefers i{n}.o3") for n in range(20)])
    first, *rest = islice(open_packages(table), 100)
    assert first == ("o3",) * 20
    assert len(set(rest)) == 99
    assert count_open(table) == 5**20


def test_a_condition_that_cannot_be_met_costs_little_among_many_issues() -> None:
    """No package is looked at that differs only on issues which it does not bind."""
    options = {f"i{n}": [f"o{k}" for k in range(5)] for n in range(20)}
    claims = [claim(f"one rejects i0.o{k}") for k in range(1, 5)]
    claims += [claim("one prefers i0.o0", needs=(("i1", "o0"),)), claim("two rejects i1.o0")]
    table = Table(options, ["one", "two"], claims)
    assert list(open_packages(table, 100)) == []
    assert count_open(table) == 0


def chain(options: int) -> list[Claim]:
    """Bind twenty issues to each other: what comes first is only taken with the next."""
    return [
        claim(f"one accepts i{n}.o{k}", needs=((f"i{n + 1}", f"o{k}"),))
        for n in range(19)
        for k in range(options)
    ]


def test_of_too_many_bound_packages_the_best_are_looked_at() -> None:
    table = Table({f"i{n}": ["o0", "o1"] for n in range(20)}, ["one"], chain(2))
    assert count_open(table) is None
    first = next(open_packages(table, 10))
    assert len(set(first)) == 1


def test_where_the_best_of_them_all_break_a_condition_an_open_one_is_still_found() -> None:
    """The party prefers what its own conditions forbid, so thousands of better packages fail."""
    claims = [
        replace(one, attitude="prefers") if int(one.issue[1:]) % 2 == int(one.option[1:]) else one
        for one in chain(2)
    ]
    table = Table({f"i{n}": ["o0", "o1"] for n in range(20)}, ["one"], claims)
    assert list(open_packages(table, 10)) == []
    found = report(table, {}, {}, Asked(0, 10))
    assert (found.total, found.listed, found.fewest) == (None, 1, None)
    [shown] = found.shown
    assert len(set(shown.package)) == 1
    shut = replace(table, claims=[*claims, claim("two rejects i3.o0"), claim("two rejects i4.o1")])
    found = report(replace(shut, parties=["one", "two"]), {}, {}, Asked(0, 10))
    assert (found.total, found.shown) == (0, [])
    assert found.fewest is not None


@pytest.mark.parametrize("size", [60, 70])
def test_too_many_bound_packages_are_not_counted(size: int) -> None:
    options = {issue: [f"o{n}" for n in range(size)] for issue in ("a", "b", "c")}
    claims = [
        claim("one prefers a.o1", needs=(("b", "o1"),)),
        claim("one accepts b.o1", needs=(("c", "o1"),)),
    ]
    counted = count_open(Table(options, ["one"], claims))
    assert counted is None
