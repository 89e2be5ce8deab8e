"""The common-ground column of an invented negotiation: how a whole issue reads in two lines."""

import pytest

from app.matrix.common_ground import OptionGround, Stand, common_ground
from app.matrix.headline import headline

NAMES = {"a": "Aldria", "b": "Borsk", "c": "Cantal", "d": "Dorrin", "e": "Eskel"}


def issue(
    options: str, *attitudes: str, consenting: str = "abc", red: str = "", hearsay: str = ""
) -> list[OptionGround]:
    """Each of `attitudes` is "party: +option ++preferred -rejected +option(condition) +option~ (inferred)"."""
    stands = {}
    for line in attitudes:
        party, _, words = line.partition(": ")
        held: dict[str, str] = {}
        conditions: dict[str, str] = {}
        inferred: set[str] = set()
        for word in words.split(", ") if words else []:
            name, _, condition = word.removesuffix(")").partition("(")
            option = name.strip("+-~")
            held[option] = "prefers" if name.startswith("++") else "rejects" if name.startswith("-") else "accepts"
            if condition:
                conditions[option] = condition
            if name.endswith("~"):
                inferred.add(option)
        firmness = "red_line" if party in red else "demand"
        stands[party] = Stand(party, 1, held, conditions, inferred, party in hearsay, firmness, "states")
    return common_ground(options.split(), stands, list(consenting))


@pytest.mark.parametrize(
    ("grounds", "expected"),
    [
        pytest.param(
            issue("mill joint", "a: ++joint, -mill", "b: ++mill, +joint", "c: +joint"),
            ("agreed", "Agreed: joint", "all three accept it; Aldria prefers it"),
            id="agreed",
        ),
        pytest.param(
            issue("x", "a: ++x", "b: ++x", consenting="ab"), ("agreed", "Agreed: x", "both prefer it"), id="all prefer"
        ),
        pytest.param(
            issue("x", "a: +x", consenting="a"),
            ("agreed", "Agreed: x", "Aldria accepts it, the only one whose consent is required"),
            id="one consenting party",
        ),
        pytest.param(
            issue("x y z", "a: +x, +y, -z", "b: +x, +y, +z", consenting="ab"),
            ("agreed", "Agreed: x, y", "both accept each of them"),
            id="two agreed, and another blocked",
        ),
        pytest.param(
            issue("narrow dual", "a: ++narrow, +dual", "b: -narrow, +dual(only if Aldria pays for it)", "c: ++dual"),
            ("qualified", "Qualified: dual", "Borsk takes it only if Aldria pays for it"),
            id="qualified by a condition, although another is blocked",
        ),
        pytest.param(
            issue("x", "a: +x~", "b: +x(after the vote)", "c: +x", hearsay="c"),
            (
                "qualified",
                "Qualified: x",
                (
                    "Aldria takes it by inference; Borsk takes it only if after the vote; "
                    "Cantal takes it by another party's word"
                ),
            ),
            id="every reason is named",
        ),
        pytest.param(
            issue("x y", "a: +x~, +y", "b: +x~, +y(Only if paid)", consenting="ab"),
            ("qualified", "Qualified: x, y", "y: Borsk takes it only if paid"),
            id="two qualified, the one with fewer reservations explained",
        ),
        pytest.param(
            issue("32 33 34 36", "a: ++33, +34", "b: ++36, -32, -33"),
            ("open", "Open", "nearest: 34, 36; one of three accepts each; Cantal silent on all of these"),
            id="open options that somebody takes come before blocked ones",
        ),
        pytest.param(
            issue("33 34", "a: ++33, +34", "b: -33"),
            ("open", "Open", "nearest: 34; Borsk and Cantal silent on it"),
            id="nearest",
        ),
        pytest.param(
            issue("x", "a: +x", "b: +x", "c: -x(if nobody pays)"),
            ("open", "Open", "nearest: x; Cantal rejects it only if nobody pays"),
            id="a reserved rejection is named",
        ),
        pytest.param(
            issue("20 35 50", "a: ++50, -20", "b: ++20, -50", red="b"),
            ("blocked", "Blocked: 20, 50", "Aldria rejects 20; Borsk rejects 50 (red line); 35: nobody has spoken"),
            id="blocked, with an option that nobody takes",
        ),
        pytest.param(
            issue("x y", "a: -x, -y", "b: -x~, -y"),
            ("blocked", "Blocked: x, y", "Aldria rejects x, y; Borsk rejects y"),
            id="all blocked",
        ),
        pytest.param(
            issue("x y", "a: -x~"), ("open", "Open", "x: Aldria rejects it by inference"), id="only reserved rejections"
        ),
        pytest.param(issue("x y"), ("open", "Open", "nobody has spoken on its options"), id="silence"),
        pytest.param(
            issue("x y", "d: ++x", consenting=""), ("open", "Open", "nobody's consent is required"), id="no consent"
        ),
        pytest.param(issue("", consenting="ab"), ("open", "Open", "no options yet"), id="no options"),
        pytest.param(
            issue("x", "a: +x", consenting="abcde"),
            ("open", "Open", "nearest: x; Borsk, Cantal and two others silent on it"),
            id="many names are counted",
        ),
    ],
)
def test_headline(grounds: list[OptionGround], expected: tuple[str, str, str]) -> None:
    found = headline(grounds, {ground.option: ground.option for ground in grounds}, NAMES)
    assert (found.state, found.text, found.detail) == expected
