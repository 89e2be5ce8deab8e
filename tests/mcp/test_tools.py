"""Test that tools answer what the API answers, and say what must not be misread."""

import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import pytest

from app.main import create_app
from app.mcp.tools import ANSWERS, BY_NAME, TOOLS
from app.openapi.spec import describe
from tests.mcp.agent import Agent, Json, agent
from tests.mcp.conftest import Served
from tests.support.fixtures import SETTINGS

N, DAY = "practice", "2025-03-31"
CALLS: dict[str, Json] = {
    "list_negotiations": {},
    "read_negotiation": {"negotiation": N},
    "search": {"q": "lake", "limit": 5},
    "read_matrix": {"negotiation": N, "as_of": DAY, "since": "2024-07-15", "limit": 26},
    "read_cell": {"negotiation": N, "party": "dorrin", "issue": "lake-level", "as_of": DAY},
    "list_positions": {"negotiation": N, "party": ["kastrel"], "limit": 4},
    "read_position": {"position": 7},
    "read_versions": {"position": 7},
    "read_quote": {"quote": 7},
    "check_words": {"quote": 7, "words": "something else"},
    "read_source": {"source": 2},
    "read_common_ground": {"negotiation": N, "as_of": DAY, "limit": 3},
    "list_moves": {"negotiation": N, "from": "2024-07-15", "to": "2024-11-30", "limit": 4},
    "read_timeline": {"negotiation": N, "as_of": DAY, "limit": 5},
    "read_agreement": {"negotiation": N, "as_of": DAY, "limit": 9},
    "read_coverage": {"negotiation": N, "as_of": DAY, "limit": 10},
    "read_packages": {"negotiation": N, "as_of": DAY, "limit": 8},
    "list_contradictions": {"negotiation": N, "as_of": DAY, "limit": 3},
}


def test_every_tool_takes_what_its_address_takes() -> None:
    app = create_app(SETTINGS, "postgresql://nobody@localhost/none")
    paths = describe(app)["paths"]
    for tool in TOOLS:
        path = re.sub(r"{negotiation}", "{slug}", f"/api/v1{tool.path}")
        path = re.sub(r"{(position|quote|source)}", r"{\1_id}", path)
        known = {p.get("name") for p in paths[path]["get"]["parameters"]}
        own = {"negotiation", "position", "quote", "source", "version", "words"}
        assert tool.takes - own <= known | ({"limit"} if tool.lists else set()), tool.name
    assert set(CALLS) == set(BY_NAME) and set(ANSWERS) <= set(BY_NAME)


def test_descriptions_are_short_and_say_what_to_cite() -> None:
    for tool in TOOLS:
        assert 60 < len(tool.description) < 480, tool.name
        assert tool.description.endswith("."), tool.name
        for argument in tool.arguments:
            assert argument.description.endswith("."), (tool.name, argument.name)


async def test_every_answer_names_its_times_and_a_permanent_address(served: Served) -> None:
    async with agent(served.mcp) as asked, httpx2.AsyncClient() as reader:
        for name, arguments in CALLS.items():
            made = await asked.ask(name, **arguments)
            assert made["known_at"].endswith("Z"), name
            assert ("as_of" in BY_NAME[name].takes) == (made["as_of"] is not None), name
            for address in filter(None, (made.get("address"), made["api"])):
                assert address.startswith(served.url), name
                got = await reader.get(address)
                assert got.status_code == 200, (name, address, got.text[:300])
                query = parse_qs(urlsplit(address).query)
                assert query["known_at"] == [made["known_at"]]
                assert query.get("as_of", [None]) == [made["as_of"]]


async def test_the_same_call_with_its_times_gets_the_same_answer(served: Served) -> None:
    async with agent(served.mcp) as asked:
        for name, arguments in CALLS.items():
            first = await asked.ask(name, **arguments)
            times = {n: first[n] for n in ("as_of", "known_at") if n in BY_NAME[name].takes}
            again = await asked.ask(name, **{**arguments, **times})
            assert again["answer"] == first["answer"], name
            assert again["address" if "address" in first else "api"] == first.get(
                "address", first["api"]
            )


async def test_positions_are_those_of_the_api(served: Served) -> None:
    async with agent(served.mcp) as asked, httpx2.AsyncClient(base_url=served.url) as reader:
        parts = await asked.walk("read_matrix", negotiation=N, as_of=DAY, limit=26)
        path = f"/api/v1/negotiations/{N}/matrix"
        whole = (await reader.get(path, params={"as_of": DAY})).json()
    cells = [cell for part in parts for cell in part["answer"]["cells"]]
    assert len(parts) == 5 and [p["window"]["of"] for p in parts] == [104] * 5
    assert sum(part["window"]["shown"] for part in parts) == 104
    assert [(c["issue"], c["party"]) for c in cells] == [
        (c["issue"], c["party"]) for c in whole["data"]["cells"]
    ]
    for shown, cell in zip(cells, whole["data"]["cells"], strict=True):
        _same(shown, cell)
    assert {part["known_at"] for part in parts} == {whole["meta"]["known_at"]}


def _same(shown: Json, cell: Json) -> None:
    position = cell["position"]
    if position is None:
        assert shown["position"] is None and shown["silence"] == cell["silence"] and shown["says"]
        return
    for field in ("id", "summary", "firmness", "attitudes", "stated_on", "act", "version"):
        assert shown["position"][field] == position[field]
    assert set(shown["position"]["conditions"]) == set(position["conditions"])
    for condition in shown["position"]["conditions"].values():
        assert condition.startswith("only if ") and condition.count("only if") == 1
    for card, quote in zip(shown["position"]["quotes"], position["quotes"], strict=True):
        for field in ("id", "exact", "kind", "speaker", "said_on", "verification", "link"):
            assert card[field] == quote[field]
    if position["attributed_by"]:
        assert shown["says"].startswith("Only ") and shown["position"]["attributed_by"]


@pytest.mark.parametrize(
    ("name", "lists"),
    [
        ("list_moves", ("moves", "corrections")),
        ("read_common_ground", ("issues",)),
        ("read_timeline", ("cells",)),
        ("read_agreement", ("pairs",)),
        ("read_coverage", ("never_searched", "searched", "stale", "single_source")),
        ("list_contradictions", ("opposed", "same_words", "conditions")),
        ("list_positions", ("positions",)),
        ("search", ("hits",)),
    ],
)
async def test_a_walk_by_windows_sees_every_line_once(
    served: Served, name: str, lists: tuple[str, ...]
) -> None:
    arguments: Json = {n: v for n, v in CALLS[name].items() if n != "limit"}
    async with agent(served.mcp) as asked:
        [whole] = await asked.walk(name, **arguments, limit=500)
        parts = await asked.walk(name, **arguments, limit=3)
    assert len(parts) > 1 and whole["window"]["next"] is None
    for listed in lists:
        found = [line for part in parts for line in part["answer"][listed]]
        expected = whole["answer"][listed]
        if name == "search":  # whose windows have each type in turn
            found, expected = (sorted(hits, key=str) for hits in (found, expected))
        assert found == expected, listed
    assert all("This is a part" in part["notes"][0] for part in parts[:-1])
    assert not any("This is a part" in note for note in parts[-1]["notes"])
    assert sum(part["window"]["shown"] for part in parts) == whole["window"]["shown"]
    if BY_NAME[name].pinned:
        assert {part["known_at"] for part in parts} == {whole["known_at"]}


async def test_words_are_checked_by_the_rules_of_quotes(served: Served) -> None:
    async with agent(served.mcp) as asked:
        exact = (await asked.answer("read_quote", quote=7))["exact"]
        words = exact.split()
        part = await asked.ask("check_words", quote=7, words=" ".join(words[:-1]))
        assert part["answer"]["in_quote"] is True and part["answer"]["whole_quote"] is False
        spaced = await asked.answer("check_words", quote=7, words="  ".join(words))
        assert spaced["whole_quote"] is True
        changed = " ".join([*words[:-2], "surely", *words[-2:]])
        wrong = await asked.ask("check_words", quote=7, words=changed)
        assert wrong["answer"]["in_quote"] is False and wrong["answer"]["closest"]["exact"]
        assert "not the words of the quote" in wrong["notes"][0]


async def test_a_search_finds_words_and_says_what_else_was_meant(served: Served) -> None:
    async with agent(served.mcp) as asked:
        found = await asked.ask("search", q="puddle", party=["dorrin"])
        [first, *_] = found["answer"]["hits"]
        assert first["negotiation"] == N and first["quotes"][0]["kind"] == "direct"
        quote = await asked.answer("read_quote", quote=first["quotes"][0]["id"])
        assert "puddle" in quote["exact"] and found["window"]["of"] == len(found["answer"]["hits"])
        nothing = await asked.ask("search", q="pudle")
        assert nothing["answer"]["hits"] == [] and nothing["suggestions"][0]["q"] == "puddle"


REFUSALS: list[tuple[str, Json, str]] = [
    ("read_matrix", {}, "`negotiation` is required"),
    ("read_matrix", {"negotiation": "nowhere"}, "nowhere"),
    ("read_matrix", {"negotiation": "../positions"}, "is not a slug"),
    ("read_matrix", {"negotiation": ["practice"]}, "is not a text"),
    ("read_matrix", {"negotiation": N, "as_of": "last week"}, "is not a day"),
    ("read_matrix", {"negotiation": N, "as_of": 20250331}, "`as_of` is not a text"),
    ("read_matrix", {"negotiation": N, "known_at": "2999-01-01T00:00:00Z"}, "known_at"),
    ("read_matrix", {"negotiation": N, "party": ["atlantis"]}, "atlantis"),
    ("read_matrix", {"negotiation": N, "party": [{"slug": "dorrin"}]}, "is not a list of texts"),
    ("read_matrix", {"negotiation": N, "firmness": ["hard"]}, "firmness"),
    ("read_matrix", {"negotiation": N, "limit": 501}, "`limit` is more than 500"),
    ("read_matrix", {"negotiation": N, "limit": True}, "`limit` is not a number"),
    ("read_matrix", {"negotiation": N, "cursor": "abc"}, "cursor"),
    ("read_matrix", {"negotiation": N, "day": DAY}, "`day` is not an argument"),
    ("read_agreement", {"negotiation": N, "cursor": "abc"}, "window.next"),
    ("read_agreement", {"negotiation": N, "cursor": "3~abc"}, "cursor"),
    ("read_quote", {"quote": 0}, "from 1 up"),
    ("read_quote", {"quote": "seven"}, "is not a number"),
    ("read_quote", {"quote": 999_999}, "Not found"),
    ("read_position", {"position": 7, "version": 99}, "Not found"),
    ("search", {"q": "a\x00b"}, "q"),
    ("check_words", {"quote": 7}, "`words` is required"),
]


@pytest.mark.parametrize(("name", "arguments", "words"), REFUSALS)
async def test_what_is_wrong_is_said_in_plain_words(
    served: Served, name: str, arguments: Json, words: str
) -> None:
    async with agent(served.mcp) as asked:
        said = await asked.refusal(name, **arguments)
    assert words in said and "Traceback" not in said and len(said) < 1_000


async def test_prompts_and_resources_lead_to_tools(served: Served) -> None:
    async with agent(served.mcp) as asked:
        await _prompts(asked)
        await _resources(asked)


async def _prompts(asked: Agent) -> None:
    client = asked.client
    prompts = {prompt.name for prompt in (await client.list_prompts()).prompts}
    assert prompts == {"who_wants_what", "check_this_quote"}
    for name, sent in (
        ("who_wants_what", {"negotiation": N, "as_of": DAY}),
        ("check_this_quote", {"words": "One hundred and eighty is a puddle"}),
    ):
        [message] = (await client.get_prompt(name, sent)).messages
        text = message.content.text
        assert all(value in text for value in sent.values())
        assert set(re.findall(r"\b(?:read|list|check)_[a-z_]+", text)) - {"check_this_quote"} <= {
            *BY_NAME
        }
    with pytest.raises(Exception, match="`words` is required"):
        await client.get_prompt("check_this_quote", {})
    with pytest.raises(Exception, match="There is no prompt"):
        await client.get_prompt("nothing", {})


async def _resources(asked: Agent) -> None:
    client = asked.client
    uris = [str(resource.uri) for resource in (await client.list_resources()).resources]
    templates = (await client.list_resource_templates()).resource_templates
    assert "parley://negotiations/practice/who-wants-what" in uris and len(templates) == 6
    for uri in (*uris, "parley://quotes/7", "parley://positions/7", "parley://sources/2"):
        [content] = (await client.read_resource(uri)).contents
        assert '"known_at"' in content.text
    for uri in ("parley://nothing", "parley://quotes/999999", "parley://quotes/../sources"):
        with pytest.raises(Exception, match=r"no resource|Not found"):
            await client.read_resource(uri)


async def test_silence_is_said_as_silence(served: Served) -> None:
    async with agent(served.mcp) as asked:
        parts: list[Any] = await asked.walk("read_matrix", negotiation=N, as_of="2024-05-31")
    cells = [cell for part in parts for cell in part["answer"]["cells"]]
    silent = {kind: [c for c in cells if c["silence"] == kind] for kind in
              ("searched", "never_searched")}  # fmt: skip
    assert silent["searched"] and silent["never_searched"]
    assert all("found nothing" in c["says"] for c in silent["searched"] if "possible" not in c)
    assert all("Nobody has searched" in c["says"] or "possible" in c
               for c in silent["never_searched"])  # fmt: skip
