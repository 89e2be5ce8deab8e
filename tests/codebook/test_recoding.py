"""Test merging and splitting options: new versions of positions, and unchanged earlier answers."""

from typing import Any

import pytest
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from app.positions.attitude_recoding import Keep, SplitPart, clash, merge, split
from tests.codebook.make import Api, position, post
from tests.codebook.test_codebook import errors, fields_of, values
from tests.support.desks import SARN, upon
from tests.support.worlds import Known, World

MERGE = "/n/sarn/code-book/issues/truce/options/thirty/merge"
SPLIT = "/n/sarn/code-book/issues/truce/options/month/split"


def said(
    option: int, attitude: str, condition: str | None = None, inferred: bool = False
) -> dict[str, Any]:
    return {"option_id": option, "attitude": attitude, "condition": condition, "inferred": inferred}


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([], []),
        ([said(1, "prefers", "if X", True)], [said(2, "prefers", "if X", True)]),
        ([said(2, "rejects")], [said(2, "rejects")]),
        ([said(1, "prefers"), said(2, "accepts")], [said(2, "prefers")]),
        ([said(1, "accepts"), said(2, "prefers")], [said(2, "prefers")]),
        ([said(1, "accepts", None, True), said(2, "accepts")], [said(2, "accepts")]),
        ([said(1, "rejects"), said(2, "rejects", None, True)], [said(2, "rejects")]),
    ],
)  # fmt: skip
def test_an_attitude_goes_along_with_its_condition_and_mark(
    before: list[Any], after: list[Any]
) -> None:
    assert not clash(before, 1, 2)
    assert merge(before, 1, 2) == after


@pytest.mark.parametrize(
    "other", [said(2, "rejects"), said(2, "prefers", "only if Y"), said(2, "accepts", "only if Z")]
)
def test_what_is_not_the_same_has_to_be_decided(other: dict[str, Any]) -> None:
    before = [said(1, "accepts" if other["attitude"] != "accepts" else "prefers"), other]
    assert clash(before, 1, 2)
    with pytest.raises(ValueError):
        merge(before, 1, 2)
    assert merge(before, 1, 2, Keep.SOURCE) == [{**before[0], "option_id": 2}]
    assert merge(before, 1, 2, Keep.TARGET) == [other]
    assert merge(before, 1, 2, Keep.NEITHER) == []


def test_a_split_moves_or_doubles_what_was_said() -> None:
    assert split([said(1, "prefers")], 1, 9, SplitPart.NEW) == [said(9, "prefers")]
    assert split([said(1, "accepts", "if", True)], 1, 9, SplitPart.BOTH) == [
        said(1, "accepts", "if", True), said(9, "accepts", "if", True),
    ]  # fmt: skip
    assert split([said(1, "rejects")], 1, 9, SplitPart.OLD) == [said(1, "rejects")]
    with pytest.raises(ValueError):
        split([said(1, "prefers")], 1, 9, SplitPart.BOTH)


def _code(api: Api, known: Known) -> Known:
    """State a cell that moved, a contrary position, a draft, and a link from another issue."""
    source = known["source"]
    made = {
        "first": position(api, source, day="2025-03-01",
                          attitudes={"thirty": "prefers", "none": "rejects"},
                          conditions={"thirty": "only if watched"}, inferred=["none"]),
        "second": position(api, source, day="2025-03-10",
                           attitudes={"month": "prefers", "none": "rejects"},
                           conditions={"month": "only if watched"}),
        "contrary": position(api, source, "borsk",
                             attitudes={"thirty": "prefers", "month": "rejects"}),
        "draft": position(api, source, "borsk", day="2025-03-11", attitudes={"thirty": "accepts"},
                          status="draft"),
        "tied": position(api, source, "borsk", issue="bridge", attitudes={"joint": "accepts"},
                         links=[{"issue": "truce", "option": "thirty", "kind": "condition"}]),
    }  # fmt: skip
    return {"coded": {name: p["id"] for name, p in made.items()}}


CODED = upon(SARN, "recoded", _code)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """Fill the database with the positions for tests that ask for them."""
    return CODED if "coded" in request.fixturenames else SARN


@pytest.fixture
def coded(copy: tuple[Server, Known]) -> dict[str, int]:
    """Return the ids of the positions by their names."""
    return dict(copy[1]["coded"])


def merged(editor: TestClient, **choices: str) -> Any:
    sent = values(editor, f"{MERGE}?into=month") | {"reason": "Thirty days are a month"} | choices
    return post(editor, MERGE, **sent)


def test_the_preview_lists_what_is_touched(coded: dict[str, int], editor: TestClient) -> None:
    tree = LexborHTMLParser(editor.get(f"{MERGE}?into=month").text)
    rows = {
        int(li.css_first("h3 a").attributes["href"].split("/")[-1]): li
        for li in tree.css("section li")
    }
    assert set(rows) == {coded[n] for n in ("first", "contrary", "draft", "tied")}
    whens = {n: li.css_first(".badge").text() for n, li in rows.items()}
    assert [whens[coded[n]] for n in ("first", "contrary", "draft")] == ["past", "current", "draft"]
    assert [n for n, li in rows.items() if li.css("fieldset")] == [coded["contrary"]]


def test_a_merge_names_what_has_to_be_decided_and_writes_nothing_until_it_is(
    api: Api, coded: dict[str, int], editor: TestClient
) -> None:
    before = api.get("/negotiations/sarn")["meta"]["revision"]
    answer = merged(editor)
    assert answer.status_code == 422 and len(errors(answer.text)) == 1
    assert fields_of(answer.text)["reason"] == "Thirty days are a month"
    assert api.get("/negotiations/sarn")["meta"]["revision"] == before
    assert (
        "Enter a reason"
        in errors(post(editor, MERGE, **values(editor, f"{MERGE}?into=month")).text)[0]
    )


def test_a_merge_recodes_everything_in_one_entry_and_the_past_stays(
    api: Api, coded: dict[str, int], editor: TestClient
) -> None:
    was = api.get("/negotiations/sarn/matrix")
    pinned = {"as_of": was["meta"]["as_of"], "known_at": was["meta"]["known_at"]}
    done = merged(editor, **{f"keep-{coded['contrary']}": "source"})
    assert done.status_code == 303, done.text
    now = {n: api.get(f"/positions/{i}")["data"] for n, i in coded.items()}
    assert now["first"]["attitudes"] == {"none": "rejects", "month": "prefers"}
    assert now["first"]["conditions"] == {"month": "only if watched"} and now["first"][
        "inferred"
    ] == ["none"]
    assert now["contrary"]["attitudes"] == {"month": "prefers"}
    assert now["draft"]["attitudes"] == {"month": "accepts"} and now["draft"]["status"] == "draft"
    assert now["tied"]["links"] == [{"issue": "truce", "option": "month", "kind": "condition"}]
    touched = [now[n] for n in ("first", "contrary", "draft", "tied")]
    assert {(p["action"], p["version"], p["reason"]) for p in touched} == {
        ("recoded", 2, "Thirty days are a month")
    }
    assert now["second"]["version"] == 1
    assert len({p["recorded_at"] for p in touched}) == 1
    assert now["first"]["stated_by"] == "2025-03-01" and len(now["first"]["quotes"]) == 1
    options = {o["slug"]: o for o in api.get("/negotiations/sarn/issues/truce")["data"]["options"]}
    assert options["thirty"]["retired"] and options["thirty"]["merged_into"] == "month"
    after = api.get("/negotiations/sarn/matrix", **pinned)
    assert after["data"] == was["data"] and after["meta"]["changed_since"] == 0
    assert api.client.get(f"/api/v1/positions/{coded['draft']}").status_code == 404


async def test_one_entry_of_the_log_has_the_batch(
    app: FastAPI, api: Api, coded: dict[str, int], editor: TestClient, session: Any
) -> None:
    merged(editor, **{f"keep-{coded['contrary']}": "neither"})
    rows = (
        await session.execute(text("SELECT batch, by FROM log_commit ORDER BY seq DESC LIMIT 1"))
    ).all()
    assert rows == [("merge thirty into month", "editor")]


def test_a_recoding_is_no_move(api: Api, coded: dict[str, int], editor: TestClient) -> None:
    def kinds() -> list[str]:
        tree = LexborHTMLParser(editor.get("/n/sarn/cells/sarn-aldria/truce").text)
        return [b.text() for b in tree.css(".history li b")]

    assert kinds() == ["moved from rank 4 to 3", "new"]
    merged(editor, **{f"keep-{coded['contrary']}": "source"})
    first, second = (api.get(f"/positions/{coded[n]}")["data"] for n in ("first", "second"))
    assert (first["attitudes"], first["conditions"]) == (second["attitudes"], second["conditions"])
    # Thirty days and a month are the same option now, so there is no third move.
    assert kinds() == [
        "restated",
        "new",
    ]


def test_a_merge_is_refused_over_what_changed_and_done_once(
    api: Api, source: int, coded: dict[str, int], editor: TestClient
) -> None:
    keep = {f"keep-{coded['contrary']}": "source"}
    sent = values(editor, f"{MERGE}?into=month") | {"reason": "Same"} | keep
    position(api, source, day="2025-03-12", attitudes={"thirty": "accepts"})
    late = post(editor, MERGE, **sent)
    assert late.status_code == 412 and "check it again" in errors(late.text)[0]
    tree = LexborHTMLParser(late.text)
    assert tree.css_first(f"[name=keep-{coded['contrary']}][value=source]").attributes.keys() >= {
        "checked"
    }
    again = fields_of(late.text) | {"reason": "Same"} | keep
    assert post(editor, MERGE, **again).status_code == 303
    revision = api.get("/negotiations/sarn")["meta"]["revision"]
    assert post(editor, MERGE, **again).status_code == 303
    assert api.get("/negotiations/sarn")["meta"]["revision"] == revision


def test_a_split_gives_chosen_positions_to_the_new_option(
    api: Api, source: int, coded: dict[str, int], editor: TestClient
) -> None:
    both = position(api, source, day="2025-02-01", attitudes={"month": "accepts"})["id"]
    sent = values(editor, SPLIT) | {
        "label": "Six weeks",
        "slug": "six-weeks",
        "rank": "3.5",
        "reason": "They differ",
    }
    torn = post(editor, SPLIT, **sent | {f"part-{coded['second']}": "both"})
    assert torn.status_code == 422 and errors(torn.text) == [
        "Aldria, 10 March 2025: this position can prefer only one of the two"
    ]
    done = post(editor, SPLIT, **sent | {f"part-{coded['second']}": "new", f"part-{both}": "both"})
    assert done.status_code == 303
    second = api.get(f"/positions/{coded['second']}")["data"]
    assert (
        second["attitudes"] == {"none": "rejects", "six-weeks": "prefers"}
        and second["action"] == "recoded"
    )
    assert second["conditions"] == {"six-weeks": "only if watched"}
    assert api.get(f"/positions/{both}")["data"]["attitudes"] == {
        "month": "accepts",
        "six-weeks": "accepts",
    }
    assert api.get(f"/positions/{coded['contrary']}")["data"]["version"] == 1
    again = post(editor, SPLIT, **sent)
    assert again.status_code == 412


def test_a_split_asks_about_ties_too(
    api: Api, source: int, coded: dict[str, int], editor: TestClient
) -> None:
    tied = {
        part: position(api, source, "borsk", day=f"2025-03-0{n}", issue="bridge", links=[
            {"issue": "truce", "option": "month", "kind": "package"},
            {"issue": "truce", "kind": "sequence"}])["id"]
        for n, part in enumerate(("old", "new", "both"), 1)
    }  # fmt: skip
    sent = values(editor, SPLIT) | {
        "label": "Six weeks",
        "slug": "six-weeks",
        "rank": "3.5",
        "reason": "They differ",
    }
    done = post(editor, SPLIT, **sent | {f"part-{number}": part for part, number in tied.items()})
    assert done.status_code == 303, done.text
    links = {
        part: api.get(f"/positions/{number}")["data"]["links"] for part, number in tied.items()
    }
    whole = {"issue": "truce", "option": None, "kind": "sequence"}
    old, new = ({"issue": "truce", "option": o, "kind": "package"} for o in ("month", "six-weeks"))
    assert links == {"old": [old, whole], "new": [new, whole], "both": [old, whole, new]}
    assert api.get(f"/positions/{tied['old']}")["data"]["version"] == 1


def test_all_quotes_of_an_option_stand_on_a_page(
    api: Api, source: int, coded: dict[str, int], client: TestClient, editor: TestClient
) -> None:
    known_at = api.get("/negotiations/sarn")["meta"]["known_at"]
    page = client.get("/n/sarn/issues/truce/options/thirty")
    tree = LexborHTMLParser(page.text)
    numbers = [int(a.attributes["href"].split("/")[-1]) for a in tree.css("section li h3 a")]
    assert numbers == [coded["contrary"], coded["first"]]  # no draft
    assert len(tree.css("figure.quote")) == 2
    assert (
        "No position on it is certain"
        in client.get("/n/sarn/issues/truce/options/thirty?as_of=2025-02-01").text
    )
    merged(editor, **{f"keep-{coded['contrary']}": "source"})
    assert not LexborHTMLParser(client.get("/n/sarn/issues/truce/options/thirty").text).css(
        "figure.quote"
    )
    then = LexborHTMLParser(
        client.get("/n/sarn/issues/truce/options/thirty", params={"known_at": known_at}).text
    )
    assert len(then.css("figure.quote")) == 2 and then.css_first(".pinned")
    assert client.get("/n/sarn/issues/truce/options/nothing").status_code == 404
