"""Answer the ten questions of docs/answers.md by the tools alone, each figure with its quote."""

from collections.abc import Awaitable, Callable

import pytest

from tests.mcp.agent import Agent, Json, agent
from tests.mcp.conftest import Served
from tests.practice.sheet import PACKAGE, read

N, DAY = "practice", "2025-03-31"


async def what_changed_between_two_days(asked: Agent) -> None:
    [path] = (PACKAGE / "answers").glob("moves-*.csv")
    first, last = path.stem.removeprefix("moves-").split("-to-")
    parts = await asked.walk("list_moves", negotiation=N, from_=first, to=last, limit=7)
    moves = [move for part in parts for move in part["answer"]["moves"]]
    found = sorted((m["on"], m["party"], m["issue"], m["kind"]) for m in moves)
    assert found == sorted(tuple(row.values()) for row in read(path.name))
    for move in moves[:5]:
        for quote in move["after"]["quotes"][:1]:
            await asked.trace(quote)


async def who_blocks_what_and_in_which_words(asked: Agent) -> None:
    [part] = await asked.walk("read_common_ground", negotiation=N, as_of=DAY)
    blocked = {
        (issue["issue"], option["option"]): option["rejected_by"]
        for issue in part["answer"]["issues"]
        for option in issue["options"]
        if option["state"] == "blocked"
    }
    states = {(row["issue"], row["option"]): row[DAY] for row in read("common-ground.csv")}
    assert {at for at in blocked if at in states} == {
        at for at, state in states.items() if state == "blocked"
    }
    voices = [v for voices in blocked.values() for v in voices if v["party"] == "dorrin"]
    assert voices
    for voice in voices[:3]:
        position = await asked.answer("read_position", position=voice["position"])
        assert position["party"] == "dorrin" and "rejects" in position["attitudes"].values()
        await asked.trace(position["quotes"][0])


async def who_agrees_most(asked: Agent) -> None:
    [part] = await asked.walk("read_agreement", negotiation=N, as_of=DAY)
    known = [p for p in part["answer"]["pairs"] if p["agreement"] is not None and p["issues"] >= 5]
    most = max(known, key=lambda pair: pair["agreement"])
    assert sorted(most["parties"]) == ["selmere", "valley-league"]
    assert (most["agreement"], most["issues"]) == (0.862, 8)
    await _words_behind(asked, most)


async def where_two_parties_differ(asked: Agent) -> None:
    pair = await _kastrel_and_dorrin(asked)
    differ = [on for on in pair["on"] if len(set(on["options"])) == 2]
    assert differ
    await _words_behind(asked, {**pair, "on": differ})


async def which_are_a_partys_red_lines(asked: Agent) -> None:
    made = await asked.ask(
        "read_matrix", negotiation=N, as_of=DAY, party=["dorrin"], firmness=["red_line"]
    )
    cells = made["answer"]["cells"]
    assert cells and {cell["position"]["firmness"] for cell in cells} == {"red_line"}
    assert any("do not call them silent" in note for note in made["notes"])
    for cell in cells[:3]:
        await asked.trace(cell["position"]["quotes"][0])


async def what_a_party_said_before(asked: Agent) -> None:
    cell = await asked.answer(
        "read_cell", negotiation=N, party="kastrel", issue="lake-level", as_of=DAY
    )
    days = [position["stated_on"] for position in cell["history"]]
    assert cell["history"][0]["id"] == cell["cell"]["position"]["id"]
    assert days[-1] == "2024-01-18" and len(days) > 2
    await asked.trace(cell["history"][-1]["quotes"][0])


async def which_quote_is_behind_a_figure(asked: Agent) -> None:
    pair = await _kastrel_and_dorrin(asked)
    sheet = {(r["as_of"], r["party"], r["other"]): r for r in read("agreement.csv")}
    row = sheet[DAY, "kastrel", "dorrin"]
    assert (pair["agreement"], pair["issues"]) == (float(row["agreement"]), int(row["issues"]))
    assert len(pair["on"]) == pair["issues"]
    await _words_behind(asked, pair)


async def what_has_nobody_said(asked: Agent) -> None:
    parts = await asked.walk("read_coverage", negotiation=N, as_of=DAY, limit=40)
    missing = {
        kind: [line for part in parts for line in part["answer"][kind]]
        for kind in ("never_searched", "searched")
    }
    kinds = (
        ("never_searched", "never", "Nobody has searched"),
        ("searched", "searched", "found nothing"),
    )
    for kind, count, words in kinds:
        assert len(missing[kind]) == parts[0]["answer"]["counts"][count] > 0
        at = missing[kind][0]
        cell = await asked.answer(
            "read_cell", negotiation=N, party=at["party"], issue=at["issue"], as_of=DAY
        )
        assert cell["cell"]["position"] is None and words in cell["cell"]["says"]


async def what_would_one_concession_open(asked: Agent) -> None:
    made = await asked.ask("read_packages", negotiation=N, as_of=DAY)
    first = made["answer"]["concessions"][0]
    assert first["opens"] > 0 and first["claim"]["attitude"] == "rejects"
    position = await asked.answer("read_position", position=first["claim"]["position"])
    assert position["attitudes"][first["claim"]["option"]] == "rejects"
    await asked.trace(position["quotes"][0])


async def how_sure_is_it(asked: Agent) -> None:
    made = await asked.ask(
        "read_cell", negotiation=N, party="kastrel", issue="lake-level", as_of=DAY
    )
    position = made["answer"]["cell"]["position"]
    assert made["verification"] == {"verified": sum(made["verification"].values())}
    parts = await asked.walk("read_coverage", negotiation=N, as_of=DAY)
    thin = [line["position"] for part in parts for line in part["answer"]["single_source"]]
    assert position["id"] in thin
    against = await asked.answer("list_contradictions", negotiation=N, party=["kastrel"], as_of=DAY)
    assert set(against["counts"]) and against["complete"] is True
    await asked.trace(position["quotes"][0])


async def _kastrel_and_dorrin(asked: Agent) -> Json:
    pairs = await asked.answer(
        "read_agreement", negotiation=N, as_of=DAY, party=["kastrel", "dorrin"]
    )
    [pair] = pairs["pairs"]
    return dict(pair)


async def _words_behind(asked: Agent, pair: Json) -> None:
    """Find the quotes of both parties on the first issue that a figure rests on."""
    on = pair["on"][0]
    for party, option in zip(pair["parties"], on["options"], strict=True):
        cell = await asked.answer(
            "read_cell", negotiation=N, party=party, issue=on["issue"], as_of=DAY
        )
        position = cell["cell"]["position"]
        assert position["attitudes"][option] == "prefers"
        await asked.trace(position["quotes"][0])


Question = Callable[[Agent], Awaitable[None]]
QUESTIONS: tuple[Question, ...] = (
    what_changed_between_two_days,
    who_blocks_what_and_in_which_words,
    who_agrees_most,
    where_two_parties_differ,
    which_are_a_partys_red_lines,
    what_a_party_said_before,
    which_quote_is_behind_a_figure,
    what_has_nobody_said,
    what_would_one_concession_open,
    how_sure_is_it,
)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
async def test_a_question_is_answered_by_the_tools_alone(
    served: Served, question: Question
) -> None:
    async with agent(served.mcp) as asked:
        await question(asked)


def test_there_are_ten() -> None:
    assert len(QUESTIONS) == 10
