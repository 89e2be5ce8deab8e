"""Test lists and cursors: no row is lost or seen twice, whatever is written meanwhile."""

from typing import Any

import pytest

from tests.support.factories import Answer, Desk, quote
from tests.support.fixtures import Lake


def walk(desk: Desk, path: str, meanwhile: Any = None, **query: Any) -> list[Any]:
    """Return all rows, page after page; `between` runs after each page."""
    rows: list[Any] = []
    answer = desk.get(path, **query)
    while True:
        rows += answer.data
        if answer.meta["next"] is None:
            assert "link" not in answer.headers
            return rows
        assert 'rel="next"' in answer.headers["link"]
        if meanwhile:
            meanwhile(len(rows))
        address = answer.headers["link"].split(">")[0].removeprefix("<").removeprefix("/api/v1")
        following = desk.ask("GET", address)
        assert following.body == desk.get(path, **query, cursor=answer.meta["next"]).body
        answer = following


@pytest.fixture
def many(lake: Lake) -> Lake:
    """State seven positions, some of them on the same days."""
    for day in (3, 1, 2, 2, 1, 3, 2):
        lake.ada.state(stated_on=f"2024-05-0{day}", quotes=[quote("forty per cent")])
    return lake


@pytest.mark.parametrize(
    ("sort", "ids"),
    [
        ("stated_on", [2, 5, 3, 4, 7, 1, 6]),
        ("-stated_on", [6, 1, 7, 4, 3, 5, 2]),
        ("recorded_at", [1, 2, 3, 4, 5, 6, 7]),
        ("-recorded_at", [7, 6, 5, 4, 3, 2, 1]),
        (None, [6, 1, 7, 4, 3, 5, 2]),
    ],
)
@pytest.mark.parametrize("limit", [1, 3])
def test_a_walk_sees_each_position_once_while_others_are_written(
    many: Lake, sort: str | None, ids: list[int], limit: int
) -> None:
    def meanwhile(seen: int) -> None:
        many.ada.state(stated_on="2024-05-02", quotes=[quote("forty per cent")])
        if seen == 3:
            many.ada.retract(4)
            many.ada.correct(3, stated_on="2024-05-09")
            many.ada.correct(5, summary="recorded anew")

    query = {"limit": limit} | ({"sort": sort} if sort else {})
    assert [p["id"] for p in walk(many.stranger, "/positions", meanwhile, **query)] == ids
    again = [p["id"] for p in walk(many.stranger, "/positions", **query)]
    assert 4 not in again and len(again) == len(set(again)) > len(ids)


def test_the_newest_version_says_when_it_was_recorded(many: Lake) -> None:
    many.ada.correct(2, summary="better said")
    assert many.stranger.get("/positions", sort="-recorded_at", limit=1).data[0]["id"] == 2


@pytest.mark.parametrize(
    "path",
    ["/parties", "/speakers", "/sources", "/negotiations", "/negotiations/lake/parties",
     "/negotiations/lake/issues",
     "/negotiations/lake/looks"],
)  # fmt: skip
def test_other_lists_are_walked_alike(lake: Lake, path: str) -> None:
    n = 0

    def add(_: int = 0) -> None:
        nonlocal n
        n += 1
        ada, slug = lake.ada, f"more-{n}"
        match path:
            case "/parties" | "/negotiations/lake/parties":
                ada.party(slug, "lake")
            case "/speakers":
                assert ada.post(path, {"name": slug}).status == 201
            case "/sources":
                ada.source()
            case "/negotiations" | "/negotiations/lake/issues":
                assert ada.post(path, {"slug": slug, "title": slug}).status == 201
            case _:
                look = {"party": "north", "issue": "dam", "looked_on": "2024-06-01"}
                assert ada.post(path, look).status == 201

    for _ in range(3):
        add()
    there = lake.stranger.get(path).data
    assert len(there) >= 3
    assert walk(lake.stranger, path, add, limit=1) == there
    assert len(lake.stranger.get(path).data) > len(there)


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({"party": "north"}, [1, 2]),
    ({"party": ["north", "south"]}, [1, 2, 3]),
    ({"issue": "dam"}, [2]),
    ({"negotiation": "lake", "issue": "quota"}, [1, 3]),
    ({"option": "q20"}, [1]),
    ({"option": ["q20", "open"]}, [1, 2]),
    ({"firmness": "demand"}, [3]),
    ({"firmness": ["demand", "red_line"]}, [1, 3]),
    ({"since": "2024-05-02"}, [2, 3]),
    ({"until": "2024-05-02"}, [1, 2]),
    ({"since": "2024-05-02", "until": "2024-05-02"}, [2]),
    ({"q": "zebrawood"}, [1]),
    ({"q": "barley"}, [2]),
    ({"q": "forty"}, [3]),
    ({"q": "nothing of it"}, []),
]


def test_filters(lake: Lake, subtests: pytest.Subtests) -> None:
    state = lake.ada.state
    words = [quote("every farmer")]
    state(
        "north",
        stated_on="2024-05-01",
        firmness="red_line",
        attitudes={"q20": "rejects"},
        summary="zebrawood",
    )
    said = {"attitudes": {"open": "accepts"}, "conditions": {"open": "only with barley"}}
    state("north", "dam", stated_on="2024-05-02", quotes=words, **said)
    state("south", stated_on="2024-05-03", firmness="demand", quotes=[quote("forty per cent")])
    lake.ada.draft("north", "quota", firmness="demand", summary="zebrawood barley forty")
    for query, ids in FILTERS:
        with subtests.test(query=query):
            got = lake.stranger.get("/positions", sort="stated_on", **query)
            if query != {"q": "forty"}:
                assert [p["id"] for p in got.data] == ids
            else:
                assert 3 in [p["id"] for p in got.data]


BAD: list[tuple[str, str]] = [
    ("party=nobody", "party"),
    ("issue=nothing", "issue"),
    ("option=none", "option"),
    ("negotiation=nowhere", "negotiation"),
    ("negotiation=lake&issue=quota&option=closed", "option"),
    ("firmness=soft", "firmness"),
    ("since=2024-05", "since"),
    ("until=2024-02-30", "until"),
    ("sort=summary", "sort"),
    ("sort=", "sort"),
    ("limit=0", "limit"),
    ("limit=501", "limit"),
    ("limit=x", "limit"),
    ("cursor=x", "cursor"),
    ("cursor=eyJhIjoxfQ", "cursor"),
    ("known_at=x", "known_at"),
    ("as_of=2024-05-01", "as_of"),
    ("colour=red", "colour"),
    ("party=No+Slug", "party"),
    ("q=%00", "q"),
]


def test_what_cannot_be_asked_is_refused_by_name(many: Lake, subtests: pytest.Subtests) -> None:
    for query, name in BAD:
        with subtests.test(query):
            refused = many.stranger.ask("GET", f"/positions?{query}")
            assert (refused.status, {f.removesuffix("/0") for f in refused.faults}) == (422, {name})


def test_a_cursor_belongs_to_its_filters(many: Lake) -> None:
    def ask(**query: Any) -> Answer:
        return many.stranger.get("/positions", **query)

    cursor = ask(limit=2).meta["next"]
    assert ask(limit=3, cursor=cursor).status == 200
    for query in ({"sort": "recorded_at"}, {"party": "north"}, {"q": "forty"}):
        refused = ask(**query, cursor=cursor)
        assert (refused.status, refused.faults) == (422, {"cursor"})
    assert many.stranger.get("/parties", cursor=cursor).status == 422


def test_a_walk_goes_on_at_the_instant_of_its_first_page(many: Lake) -> None:
    first = many.stranger.get("/positions", limit=2)
    many.ada.state()
    following = many.stranger.get("/positions", limit=2, cursor=first.meta["next"])
    assert following.meta["known_at"] == first.meta["known_at"]
