"""Test the common-ground column: how an issue of an invented negotiation reads in two lines."""

import pytest

from app.matrix.common_ground import IssueCommonGround, Stand, issue_ground
from app.matrix.common_ground_summary import headline

NAMES = {
    "a": "Aldria",
    "b": "Borsk",
    "c": "Cantal",
    "d": "Dorrin",
    "e": "Eskel",
    "f": "Farn",
    "g": "Grell",
}
MANY = "abcdefghijklmnopqrstuvwxyz12"
ANSWERS = ["agree"] * 16 + ["neutral"] * 3 + ["disagree"] * 9


def issue(
    options: str,
    *attitudes: str,
    consenting: str = "abc",
    red: str = "",
    hearsay: str = "",
    searched: str = "",
    possible: str = "",
) -> IssueCommonGround:
    """Make an issue with these attitudes, one string for each party.

    A string is "party: +option ++preferred -rejected +option(condition) +option~ (inferred)";
    "party: !" gives a position up.
    """
    stands = {}
    for line in attitudes:
        party, _, words = line.partition(": ")
        held: dict[str, str] = {}
        conditions: dict[str, str] = {}
        inferred: set[str] = set()
        for word in words.split(", ") if words.strip("! ") else []:
            name, _, condition = word.removesuffix(")").partition("(")
            option = name.strip("+-~")
            held[option] = (
                "prefers"
                if name.startswith("++")
                else "rejects"
                if name.startswith("-")
                else "accepts"
            )
            if condition:
                conditions[option] = condition
            if name.endswith("~"):
                inferred.add(option)
        firmness = "red_line" if party in red else "demand"
        act = "withdraws" if words == "!" else "states"
        stands[party] = Stand(
            party, 1, held, conditions, inferred, ["d"] * (party in hearsay), firmness, act
        )
    return issue_ground(options.split(), stands, list(consenting), searched, possible)


@pytest.mark.parametrize(
    ("grounds", "expected"),
    [
        pytest.param(
            issue("mill joint", "a: ++joint, -mill", "b: ++mill, +joint", "c: +joint"),
            ("agreed", "Agreed: joint", "all three accept it; Aldria prefers it"),
            id="agreed",
        ),
        pytest.param(
            issue("x", "a: ++x", "b: ++x", consenting="ab"),
            ("agreed", "Agreed: x", "both prefer it"),
            id="all prefer",
        ),
        pytest.param(
            issue("x", "a: +x", consenting="a"),
            ("agreed", "Agreed: x", "Aldria accepts it, the only party needed for a deal"),
            id="one consenting party",
        ),
        pytest.param(
            issue("x y z", "a: +x, +y, -z", "b: +x, +y, +z", consenting="ab"),
            ("agreed", "Agreed: x, y", "both accept each of them"),
            id="two agreed, and another blocked",
        ),
        pytest.param(
            issue(
                "narrow dual",
                "a: ++narrow, +dual",
                "b: -narrow, +dual(only if Aldria pays for it)",
                "c: ++dual",
            ),
            ("qualified", "Qualified: dual", "Borsk accepts it only if Aldria pays for it"),
            id="qualified by a condition, although another is blocked",
        ),
        pytest.param(
            issue("x", "a: +x~", "b: +x(after the vote)", "c: +x", hearsay="c"),
            (
                "qualified",
                "Qualified: x",
                (
                    "Aldria accepts it by inference; Borsk accepts it only if after the vote; "
                    "Cantal accepts it according to Dorrin"
                ),
            ),
            id="every reason is named",
        ),
        pytest.param(
            issue("x y", "a: +x~, +y", "b: +x~, +y(Only if paid)", consenting="ab"),
            ("qualified", "Qualified: x, y", "y: Borsk accepts it only if paid"),
            id="two qualified, the one with fewer reservations explained",
        ),
        pytest.param(
            issue("32 33 34 36", "a: ++33, +34", "b: ++36, -32, -33"),
            (
                "open",
                "Open: 1 “33”, 1 “36”",
                "Conflict: Borsk rejects “33”. "
                "Closest: “34”, “36” (one of three accepts each; Cantal not yet looked at)",
            ),
            id="open options that somebody takes come before blocked ones",
        ),
        pytest.param(
            issue("33 34", "a: ++33, +34", "b: -33", "d: ", consenting="abcd", searched="c"),
            (
                "open",
                "Open",
                "Conflict: Borsk rejects “33”. Closest: “34” (Borsk, Cantal and Dorrin have not"
                " said)",
            ),
            id="closest",
        ),
        pytest.param(
            issue("x", "a: +x", "b: +x", "c: -x(if nobody pays)"),
            ("open", "Open: 2 x", "Closest: x (Cantal rejects it only if nobody pays)"),
            id="a reserved rejection is named",
        ),
        pytest.param(
            issue("x", "a: ++x", "b: +x", "c: -x(if nobody pays)"),
            ("open", "Open: 2 x", "Conflict: Cantal rejects x only if nobody pays. Closest: x"),
            id="a reserved rejection of what another prefers is a conflict",
        ),
        pytest.param(
            issue(
                "agree neutral disagree",
                *(f"{party}: ++{option}" for party, option in zip(MANY, ANSWERS, strict=True)),
                consenting=MANY,
            ),
            ("open", "Open: 16 agree, 3 neutral, 9 disagree", "Closest: agree"),
            id="who prefers another option is not silent",
        ),
        pytest.param(
            issue("yes no", "a: ++yes", "b: ++no", "c: ++no", red="bc"),
            (
                "open",
                "Open: 1 yes, 2 no",
                "Conflict: no is a red line of Borsk and Cantal. Closest: no",
            ),
            id="a preference against a red line",
        ),
        pytest.param(
            issue("yes no", "a: ++yes", "b: ++no, +yes", "c: +yes", red="b"),
            ("agreed", "Agreed: yes", "all three accept it; Aldria prefers it"),
            id="a red line that gives way is no conflict",
        ),
        pytest.param(
            issue("x y", "a: ++x", "b: +x, +y", "c: +x, +y", "d: ++y", consenting="abcd"),
            (
                "open",
                "Open: 1 x, 2 accept x or y, 1 y",
                "Closest: x, y (three of four accept each)",
            ),
            id="who prefers none is counted with all it accepts",
        ),
        pytest.param(
            issue(
                "t u v w x y",
                "a: ++t",
                "b: ++u",
                "c: ++v",
                "d: ++w",
                "e: ++x",
                "f: ++y",
                "g: ++y",
                consenting="abcdefg",
            ),
            ("open", "Open: 1 t, 1 u, 1 v, 2 y, 2 for other options", "Closest: y"),
            id="a long tally is summed up",
        ),
        pytest.param(
            issue("20 35 50", "a: ++50, -20", "b: ++20, -50", red="b"),
            (
                "blocked",
                "Blocked: “20”, “50”",
                "Aldria rejects “20”; Borsk rejects “50” (red line); “35”: no position",
            ),
            id="blocked, with an option that nobody takes",
        ),
        pytest.param(
            issue("x y", "a: -x, -y", "b: -x~, -y"),
            ("blocked", "Blocked: x, y", "Aldria rejects x, y; Borsk rejects y"),
            id="all blocked",
        ),
        pytest.param(
            issue("x y", "a: -x~"),
            ("open", "Open", "x: Aldria rejects it by inference"),
            id="only reserved rejections",
        ),
        pytest.param(
            issue("x y"),
            ("open", "Open", "Not yet looked: no position yet"),
            id="never looked at",
        ),
        pytest.param(
            issue("x y", "c: !", searched="a", possible="b"),
            (
                "open",
                "Open",
                "No party has taken a position (Cantal gave up its position; Borsk may have said by"
                " then)",
            ),
            id="why nothing is known",
        ),
        pytest.param(
            issue("x y", "a: ", "b: "),
            ("open", "Open", "No party has named an option (Cantal not yet looked at)"),
            id="positions that name no option",
        ),
        pytest.param(
            issue("x y", "d: ++x", consenting=""),
            ("open", "Open", "no party is needed for a deal"),
            id="no consent",
        ),
        pytest.param(
            issue("", consenting="ab"), ("open", "Open", "no options yet"), id="no options"
        ),
        pytest.param(
            issue("x", "a: +x", "b: ", "c: ", "d: ", "e: ", consenting="abcde"),
            ("open", "Open", "Closest: x (Borsk, Cantal and two others have not said)"),
            id="many names are counted",
        ),
        pytest.param(
            issue("x", *(f"{party}: -x" for party in MANY), consenting=MANY),
            (
                "blocked",
                "Blocked: x",
                "; ".join([*(f"{NAMES.get(p, p)} rejects x" for p in MANY[:8]), "20 more"]),
            ),
            id="many who reject are counted",
        ),
    ],
)
def test_headline(grounds: IssueCommonGround, expected: tuple[str, str, str]) -> None:
    found = headline(
        grounds,
        {ground.option: ground.option for ground in grounds.options},
        {party: NAMES.get(party, party) for party in MANY},
    )
    assert (found.state, found.text, found.detail) == expected
