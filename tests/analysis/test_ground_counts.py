"""Test how far issues are and who blocks most, by hand and against the headlines of the matrix."""

import random

from app.analysis.ground_counts import Blocker, Easiest, count_ground
from app.matrix.common_ground import Stand, issue_ground
from app.matrix.common_ground_summary import headline, state_of
from app.models.vocabulary import CommonGround
from app.negotiations.views import IssueView, OptionView


def issue(slug: str, *options: str) -> IssueView:
    made = [OptionView(option, option.title(), None, False) for option in options]
    return IssueView(slug, slug.title(), None, None, False, made)


def stand(
    party: str, attitudes: dict[str, str], *, firm: str = "demand", inferred: tuple[str, ...] = ()
) -> Stand:
    return Stand(party, 1, attitudes, {}, inferred, [], firm, "states")


TALKS = [
    issue("dam", "open", "shut"),
    issue("quota", "low", "high"),
    issue("ferry", "free", "toll"),
]
SAID = {
    ("north", "dam"): stand("north", {"shut": "prefers", "open": "rejects"}, firm="red_line"),
    ("south", "dam"): stand("south", {"open": "prefers", "shut": "rejects"}),
    ("delta", "dam"): stand("delta", {"shut": "rejects"}),
    ("north", "quota"): stand("north", {"low": "accepts"}),
    ("south", "quota"): stand("south", {"low": "prefers", "high": "rejects"}),
    ("delta", "quota"): stand("delta", {"low": "accepts"}, inferred=("low",)),
}
PARTIES = ["north", "south", "delta"]


def test_issues_count_by_their_best_option_and_parties_by_what_they_reject() -> None:
    found = count_ground(TALKS, SAID, PARTIES)
    assert found.by_state == {
        CommonGround.AGREED: (),
        CommonGround.QUALIFIED: ("quota",),
        CommonGround.BLOCKED: ("dam",),
        CommonGround.OPEN: ("ferry",),
    }
    assert found.options == {
        CommonGround.BLOCKED: 3, CommonGround.QUALIFIED: 1, CommonGround.OPEN: 2
    }  # fmt: skip
    assert found.blockers == [
        Blocker("south", 2, 1, 0, ("dam", "quota")),
        Blocker("north", 1, 1, 1, ("dam",)),
        Blocker("delta", 1, 0, 0, ("dam",)),
    ]


def test_where_all_is_blocked_the_option_with_the_fewest_who_block_is_named() -> None:
    assert count_ground(TALKS, SAID, PARTIES).easiest == {"dam": Easiest("open", ("north",))}


def test_only_the_parties_asked_for_count() -> None:
    found = count_ground(TALKS, SAID, ["south", "delta"])
    assert found.by_state[CommonGround.OPEN] == ("dam", "ferry")
    assert [one.party for one in found.blockers] == ["south", "delta"]
    nobody = count_ground(TALKS, SAID, [])
    assert nobody.by_state[CommonGround.OPEN] == ("dam", "quota", "ferry")
    assert nobody.blockers == []


def test_an_issue_is_in_the_state_of_its_headline() -> None:
    dice, met = random.Random(3), set()
    for _ in range(500):
        options = [f"o{n}" for n in range(dice.randint(0, 3))]
        parties = [f"p{n}" for n in range(dice.randint(0, 3))]
        stands = {
            party: stand(
                party,
                {o: dice.choice(["prefers", "accepts", "rejects"]) for o in options
                 if dice.random() < 0.7},
                inferred=tuple(o for o in options if dice.random() < 0.2),
            )
            for party in parties
            if dice.random() < 0.8
        }  # fmt: skip
        ground = issue_ground(options, stands, parties)
        names = {name: name for name in (*parties, *options)}
        state = state_of(ground.options)
        assert state == headline(ground, names, names).state
        met.add(state)
    assert met == set(CommonGround)
