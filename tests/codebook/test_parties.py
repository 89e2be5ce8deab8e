"""Test merging and splitting parties: everything is included, nothing rewritten, all reversible."""

import asyncio
from typing import Any

import pytest
from fastapi import FastAPI
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import text
from starlette.testclient import TestClient

from app.db.engine import make_engine, make_sessions, transaction
from app.embedded_postgres.server import Server
from app.log.rebuild import rebuild
from tests.accounts.make import browser
from tests.codebook.make import Api, position, post
from tests.codebook.test_codebook import errors, fields_of, values
from tests.support.desks import SARN, upon
from tests.support.worlds import Known, World, connect

BOOK = "/n/sarn/code-book/parties"
MERGE, SPLIT = f"{BOOK}/sarn-borsk/merge", f"{BOOK}/sarn-borsk/split"
SAID = "We want a month of quiet."
WHY = "A province of it since 2024"


def quoting(source: int, exact: str, **more: Any) -> dict[str, Any]:
    return {"source_id": source, "exact": exact} | more


def _hold(api: Api, known: Known) -> Known:
    """State Borsk's positions: past, current, hearsay, a draft; and one of Aldria elsewhere."""
    source = known["source"]
    head = {"name": "Ilka Ruy", "office": "Premier", "aliases": ["Ілька Руй"]}
    api.post("/speakers", head | {"party": "sarn-borsk"})
    api.post("/speakers", {"name": "Olo Dan", "office": "Envoy", "party": "sarn-aldria"})
    own = quoting(
        source, SAID, speaker="Ilka Ruy", said_on="2025-03", language="en", prefix="yesterday: "
    )
    heard = quoting(
        source, "Borsk wants the bridge.", speaker="Olo Dan", kind="reported", said_on="2025-03-06"
    )
    made = {
        "first": position(api, source, "borsk", day="2025-03-01", attitudes={"short": "prefers"},
                          quotes=[
            quoting(source, "A fortnight at most.", speaker="Ilka Ruy")]),
        "second": position(api, source, "borsk", day="2025-03",
                           attitudes={"month": "prefers", "none": "rejects"},
                           conditions={"month": "only if watched"}, inferred=["none"],
                           firmness="red_line", act="offers", salience=80,
                           summary="Borsk offers a month", stated_from="2025-03-02",
                           stated_by="2025-03-12", quotes=[own],
                           links=[{"issue": "bridge", "option": "joint", "kind": "package"}]),
        "heard": position(api, source, "borsk", day="2025-03-06", issue="bridge",
                          attitudes={"borsk": "prefers"},
                          quotes=[heard]),
        "draft": position(api, source, "borsk", day="2025-03-11", attitudes={"thirty": "accepts"},
                          status="draft"),
        "theirs": position(api, source, "aldria", day="2024-01-01", attitudes={"none": "prefers"}),
    }  # fmt: skip
    return {"held": {name: p["id"] for name, p in made.items()}}


HELD = upon(SARN, "held", _hold)


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    """Fill the database with the positions for tests that ask for them."""
    return HELD if "held" in request.fixturenames else SARN


@pytest.fixture
def held(copy: tuple[Server, Known]) -> dict[str, int]:
    """Return the ids of the positions by their names."""
    return dict(copy[1]["held"])


def merge(editor: TestClient, path: str = MERGE, into: str = "sarn-aldria", **more: str) -> Any:
    return post(editor, path, **values(editor, f"{path}?into={into}") | {"reason": WHY} | more)


def merged(editor: TestClient, path: str = MERGE, into: str = "sarn-aldria", **more: str) -> Any:
    done = merge(editor, path, into, **more)
    assert done.status_code == 303, done.text
    return done


def now_at(editor: TestClient, number: int) -> int:
    """Return where the page of a retracted position says that it is recorded now."""
    tree = LexborHTMLParser(editor.get(f"/positions/{number}").text)
    return int(tree.css_first("[data-recoded-as]").attributes["href"].split("/")[-1])


def says(p: dict[str, Any]) -> dict[str, Any]:
    """Return what a position says, without its party and when and by whom it was recorded."""
    own = (
        "id",
        "uid",
        "version",
        "party",
        "recorded_at",
        "recorded_by",
        "action",
        "reason",
        "url",
        "attributed_by",
    )
    quotes = [
        {k: v for k, v in q.items() if k not in ("id", "uid", "speaker", "speaker_id")}
        for q in p["quotes"]
    ]
    return {k: v for k, v in p.items() if k not in own} | {"quotes": quotes}


def get(api: Api, number: int) -> dict[str, Any]:
    return api.get(f"/positions/{number}")["data"]


def test_the_preview_lists_everything_and_writes_nothing(
    api: Api, held: dict[str, int], editor: TestClient
) -> None:
    before = api.get("/negotiations/sarn")["meta"]["revision"]
    tree = LexborHTMLParser(editor.get(f"{MERGE}?into=sarn-aldria").text)
    rows = {
        int(li.css_first("h3 a").attributes["href"].split("/")[-1]): li
        for li in tree.css("section .rows > li")
    }
    assert set(rows) == {held[n] for n in ("first", "second", "heard", "draft")}
    whens = {
        n: rows[held[n]].css_first(".badge").text() for n in ("first", "second", "heard", "draft")
    }
    assert whens == {"first": "past", "second": "current", "heard": "current", "draft": "draft"}
    assert "4 positions of Borsk" in tree.css_first("#touched").text() and not tree.css("fieldset")
    assert "as Borsk" in tree.css_first("aside").text()
    without = post(editor, MERGE, **values(editor, f"{MERGE}?into=sarn-aldria"))
    assert without.status_code == 422 and errors(without.text) == ["Enter a reason for the change"]
    assert api.get("/negotiations/sarn")["meta"]["revision"] == before


def test_a_merge_carries_everything_over_word_for_word(
    api: Api, held: dict[str, int], editor: TestClient
) -> None:
    was = {n: get(api, i) for n, i in held.items()}
    assert merged(editor).headers["location"] == f"{BOOK}/sarn-borsk"
    moved = {n: get(api, now_at(editor, held[n])) for n in ("first", "second", "heard", "draft")}
    for name, new in moved.items():
        assert says(new) == says(was[name]) and new["party"] == "sarn-aldria"
        assert new["uid"] != was[name]["uid"] and new["version"] == 1
        assert (new["action"], new["reason"]) == ("recoded", f"Recorded as Borsk until now: {WHY}")
        assert {q["id"] for q in new["quotes"]}.isdisjoint(q["id"] for q in was[name]["quotes"])
        old = get(api, held[name])
        assert (old["status"], old["action"], old["quotes"]) == (
            "retracted",
            "retracted",
            was[name]["quotes"],
        )
        assert old["reason"] == f"Borsk is recorded as Aldria from now on: {WHY}"
    assert [q["speaker"] for q in moved["second"]["quotes"]] == [
        {"name": "Ilka Ruy", "office": "Premier", "party": "sarn-aldria"}
    ]
    assert moved["heard"]["quotes"][0]["speaker"] == was["heard"]["quotes"][0]["speaker"]
    assert (
        was["heard"]["attributed_by"] == ["sarn-aldria"] and moved["heard"]["attributed_by"] == []
    )
    speakers = [
        s
        for s in api.get("/speakers")["data"]
        if s["party"] == "sarn-aldria" and s["name"] == "Ilka Ruy"
    ]
    assert [s["aliases"] for s in speakers] == [["Ілька Руй"]]
    assert moved["draft"]["status"] == "draft"
    assert api.client.get(f"/api/v1/positions/{moved['draft']['id']}").status_code == 404
    assert get(api, held["theirs"]) == was["theirs"]


def test_it_is_one_entry_and_the_past_stays(
    api: Api, held: dict[str, int], database: Server, editor: TestClient
) -> None:
    was = api.get("/negotiations/sarn/matrix")
    pins = {"as_of": was["meta"]["as_of"], "known_at": was["meta"]["known_at"]}
    merged(editor)
    with connect(database.url) as connection:
        batch = connection.execute(
            "SELECT batch, by FROM log_commit ORDER BY seq DESC LIMIT 1"
        ).fetchall()
        entries = connection.execute("SELECT max(seq) FROM log_commit").fetchone()
    assert batch == [("merge sarn-borsk into sarn-aldria", "editor")]
    assert entries == (was["meta"]["revision"] + 1,)
    then = api.get("/negotiations/sarn/matrix", **pins)
    # Two positions have been retracted since.
    assert then["data"] == was["data"] and then["meta"]["changed_since"] == 2
    now = api.get("/negotiations/sarn/matrix")["data"]
    assert [p["slug"] for p in now["parties"]] == ["sarn-aldria"]
    assert {c["issue"]: c["position"]["attitudes"] for c in now["cells"]} == {
        "truce": {"none": "rejects", "month": "prefers"}, "bridge": {"borsk": "prefers"},
    }  # fmt: skip


def test_it_is_no_move_and_loses_no_place_in_the_order(
    api: Api, source: int, held: dict[str, int], editor: TestClient
) -> None:
    # Stated on the same day as the first.
    tie = position(api, source, "borsk", day="2025-03-01", attitudes={"none": "prefers"})
    was = api.get("/negotiations/sarn/changes")["data"]
    corrections = len(api.get("/negotiations/sarn/changes")["corrections"])
    merged(editor)
    assert get(api, tie["id"])["status"] == "retracted"
    found = api.get("/negotiations/sarn/changes")

    def moves(data: list[Any], *parties: str) -> list[Any]:
        return [(m["issue"], m["kind"], m["on"]) for m in data if m["party"] in parties]

    assert moves(found["data"], "sarn-borsk") == []
    truce = [m for m in moves(found["data"], "sarn-aldria") if m[0] == "truce" and m[2] > "2025"]
    before = [m for m in moves(was, "sarn-borsk") if m[0] == "truce"]
    assert [(i, k, d) for i, k, d in truce[1:]] == before[1:]  # its first is Aldria's second
    assert {
        c["action"] for c in found["corrections"][: len(found["corrections"]) - corrections]
    } == {"retracted"}


def test_the_derived_tables_can_still_be_rebuilt(
    held: dict[str, int], database: Server, editor: TestClient
) -> None:
    merged(editor)

    def derived() -> list[Any]:
        with connect(database.url) as connection:
            return [
                connection.execute(f"SELECT t::text FROM {t} t ORDER BY 1").fetchall()
                for t in ("log_holding", "log_spell", "log_quote_use")
            ]

    async def work() -> None:
        engine = make_engine(database.owner_url)  # the owner of the tables
        async with transaction(make_sessions(engine)) as session:
            await rebuild(session)
        await engine.dispose()

    before = derived()
    asyncio.run(work())
    assert derived() == before


def test_the_loser_keeps_its_pages_and_the_winner_its_names(
    api: Api, held: dict[str, int], client: TestClient, editor: TestClient
) -> None:
    api.post("/speakers", {"name": "Silent Dov", "party": "sarn-borsk"})
    merged(editor)
    assert api.get("/parties/sarn-aldria")["data"]["aliases"] == ["Borsk"]
    assert "sarn-aldria" in [
        s["party"] for s in api.get("/speakers")["data"] if s["name"] == "Silent Dov"
    ]
    seat = api.get("/negotiations/sarn/parties/sarn-borsk")["data"]
    assert (seat["consent_required"], seat["merged_into"]) == (False, "sarn-aldria")
    for path in (
        "/n/sarn/parties/sarn-borsk",
        "/n/sarn/cells/sarn-borsk/truce",
        f"/positions/{held['second']}",
    ):
        page = client.get(path)
        assert page.status_code == 200
        assert (
            LexborHTMLParser(page.text).css_first(".notice a[data-recoded-as]").text() == "Aldria"
        ), path
    cells = LexborHTMLParser(client.get("/n/sarn").text).css("td[data-party]")
    assert {c.attributes["data-party"] for c in cells} == {"sarn-aldria"}
    pairs = api.get("/negotiations/sarn/agreement")["data"]["pairs"]
    assert all("sarn-borsk" not in p["parties"] for p in pairs)
    form = LexborHTMLParser(editor.get("/n/sarn/positions/new").text)
    assert [
        o.attributes["value"] for o in form.css("[name=party] option") if o.attributes["value"]
    ] == ["sarn-aldria"]
    assert "sarn-borsk" not in editor.get("/n/sarn/looks/new").text


def test_what_both_hold_of_the_same_days_has_to_be_decided(
    api: Api, source: int, held: dict[str, int], editor: TestClient
) -> None:
    same = position(api, source, "aldria", day="2025-03-10", attitudes={"month": "prefers"})["id"]
    before = api.get("/negotiations/sarn")["meta"]["revision"]
    open_ = merge(editor)
    assert open_.status_code == 422 and len(errors(open_.text)) == 1
    assert fields_of(open_.text)["reason"] == WHY
    assert api.get("/negotiations/sarn")["meta"]["revision"] == before
    assert merge(editor, **{f"rival-{held['second']}": "999"}).status_code == 422
    merged(editor, **{f"rival-{held['second']}": str(same)})
    assert now_at(editor, held["second"]) == same and get(api, same)["version"] == 1
    truce = {"issue": "truce", "party": "sarn-aldria", "negotiation": "sarn"}
    assert len(api.get("/positions", **truce)["data"]) == 3  # theirs, same, and the first


def test_what_was_edited_meanwhile_is_shown_again(
    api: Api, source: int, held: dict[str, int], editor: TestClient
) -> None:
    sent = values(editor, f"{MERGE}?into=sarn-aldria") | {"reason": WHY}
    headers = {"If-Match": "*", "Authorization": f"Bearer {api.token}"}
    etag = api.client.get(f"/api/v1/positions/{held['second']}", headers=headers).headers["etag"]
    changed = api.client.patch(
        f"/api/v1/positions/{held['second']}",
        json={"summary": "A month, they say", "reason": "Plainer"},
        headers=headers | {"If-Match": etag},
    )  # fmt: skip
    assert changed.status_code == 200, changed.text
    late = post(editor, MERGE, **sent)
    assert late.status_code == 412 and "check it again" in errors(late.text)[0]
    assert "A month, they say" in late.text
    again = fields_of(late.text)
    assert again["reason"] == WHY
    assert post(editor, MERGE, **again).status_code == 303
    revision = api.get("/negotiations/sarn")["meta"]["revision"]
    assert post(editor, MERGE, **again).status_code == 303  # the same form sent twice
    assert api.get("/negotiations/sarn")["meta"]["revision"] == revision
    assert get(api, now_at(editor, held["second"]))["summary"] == "A month, they say"


def test_a_merge_reaches_every_negotiation_or_just_one(
    api: Api, source: int, held: dict[str, int], editor: TestClient
) -> None:
    api.post("/negotiations", {"slug": "port", "title": "Port talks"})
    api.post(
        "/negotiations/port/parties",
        {"party": "sarn-borsk", "role": "guarantor", "consent_required": True},
    )
    api.post(
        "/negotiations/port/issues",
        {"slug": "dues", "title": "Dues", "options": [{"slug": "low", "label": "Low"}]},
    )
    there = position(
        api,
        source,
        "borsk",
        slug="port",
        issue="dues",
        attitudes={"low": "prefers"},
        party_slug="sarn",
    )
    page = LexborHTMLParser(editor.get(f"{MERGE}?into=sarn-aldria&scope=here").text)
    assert (
        "joins" not in page.css_first("aside").text()
        and "also finds" not in page.css_first("aside").text()
    )
    sent = fields_of(page.html) | {"reason": WHY}
    assert post(editor, MERGE, **sent).status_code == 303
    assert (
        get(api, there["id"])["status"] == "published"
        and api.get("/parties/sarn-aldria")["data"]["aliases"] == []
    )
    page = LexborHTMLParser(editor.get(f"{MERGE}?into=sarn-aldria").text)
    assert "joins “Port talks”" in page.css_first("aside").text()
    merged(editor)
    seats = {p["slug"]: p for p in api.get("/negotiations/port")["data"]["parties"]}
    assert seats["sarn-aldria"]["role"] == "guarantor" and seats["sarn-aldria"]["consent_required"]
    assert (
        seats["sarn-borsk"]["merged_into"] == "sarn-aldria"
        and not seats["sarn-borsk"]["consent_required"]
    )
    assert get(api, now_at(editor, there["id"]))["negotiation"] == "port"
    assert api.get("/parties/sarn-aldria")["data"]["aliases"] == ["Borsk"]


def split(editor: TestClient, path: str, *numbers: int, **more: str) -> Any:
    form = {k: v for k, v in values(editor, path).items() if not k.startswith("take-")}
    ticks = {f"take-{n}": "on" for n in numbers}
    return post(
        editor, path.split("?")[0], **form | ticks | {"reason": "Its own party since May"} | more
    )


def test_a_split_takes_what_was_ticked_to_a_new_party(
    api: Api, held: dict[str, int], editor: TestClient
) -> None:
    spoken = (
        LexborHTMLParser(editor.get(SPLIT).text).css_first("[name^=speaker-]").attributes["name"]
    )
    typed = values(editor, SPLIT) | {
        "name": "Cerra",
        "reason": "Its own party",
        spoken: "on",
        "do": "show",
    }
    shown = fields_of(post(editor, SPLIT, **typed).text)
    assert {k for k in shown if k.startswith("take-")} == {
        f"take-{held['first']}",
        f"take-{held['second']}",
    }
    assert (shown["name"], shown["reason"]) == ("Cerra", "Its own party")
    elsewhere = post(editor, SPLIT, **shown | {"to": "sarn-aldria"})  # chosen without a preview
    assert elsewhere.status_code == 412
    assert errors(split(editor, SPLIT, name="Cerra", slug="cerra").text) == [
        "Choose at least one position that the other party holds"
    ]
    unnamed = split(editor, SPLIT, held["second"])
    assert unnamed.status_code == 422
    assert f"take-{held['second']}" in fields_of(unnamed.text)
    done = split(editor, SPLIT, held["second"], name="Cerra", slug="cerra", short_name="Церра")
    assert (done.status_code, done.headers["location"]) == (303, f"{BOOK}/cerra")
    new = get(api, now_at(editor, held["second"]))
    assert new["party"] == "cerra" and new["quotes"][0]["speaker"]["party"] == "cerra"
    assert get(api, held["first"])["status"] == "published"
    parties = api.get("/negotiations/sarn/matrix")["data"]["parties"]
    assert [p["slug"] for p in parties] == ["sarn-aldria", "sarn-borsk", "cerra"]
    assert api.get("/parties/cerra")["data"]["short_name"] == "Церра"


def test_a_merge_is_undone_by_a_split(api: Api, held: dict[str, int], editor: TestClient) -> None:
    was = {n: get(api, i) for n, i in held.items()}
    merged(editor)
    moved = {n: now_at(editor, held[n]) for n in ("first", "second", "heard", "draft")}
    back = f"{BOOK}/sarn-aldria/split?to=sarn-borsk"
    ticked = {int(k[5:]) for k in values(editor, back) if k.startswith("take-")}
    assert ticked == set(moved.values())
    assert split(editor, back, *ticked).status_code == 303
    for name, number in moved.items():
        restored = get(api, held[name])
        assert says(restored) == says(was[name]) and restored["quotes"] == was[name]["quotes"]
        assert restored["action"] == "restored" and get(api, number)["status"] == "retracted"
    seat = api.get("/negotiations/sarn/parties/sarn-borsk")["data"]
    assert (seat["merged_into"], seat["consent_required"]) == (None, True)
    assert len(api.get("/negotiations/sarn/matrix")["data"]["parties"]) == 2
    twice = split(editor, back, *ticked)
    assert twice.status_code == 303  # what was sent twice is done once
    assert get(api, held["first"])["version"] == 3


def test_what_was_corrected_since_goes_back_as_it_is_now(
    api: Api, held: dict[str, int], editor: TestClient
) -> None:
    merged(editor)
    number = now_at(editor, held["second"])
    etag = api.client.get(f"/api/v1/positions/{number}").headers["etag"]
    api.client.patch(
        f"/api/v1/positions/{number}", json={"summary": "Corrected", "reason": "Plainer"},
        headers={"If-Match": etag, "Authorization": f"Bearer {api.token}"},
    )  # fmt: skip
    assert split(editor, f"{BOOK}/sarn-aldria/split?to=sarn-borsk", number).status_code == 303
    third = now_at(editor, number)
    assert third not in held.values() and get(api, third)["summary"] == "Corrected"
    assert (
        get(api, third)["party"] == "sarn-borsk"
        and get(api, held["second"])["status"] == "retracted"
    )


def test_restoring_brings_the_column_back(
    api: Api, held: dict[str, int], editor: TestClient
) -> None:
    merged(editor)
    made, path = now_at(editor, held["first"]), f"/positions/{held['first']}/restore"
    assert f'href="/positions/{made}"' in editor.get(path).text
    assert (
        post(editor, path, **values(editor, path) | {"reason": "It was theirs"}).status_code == 303
    )
    assert [p["slug"] for p in api.get("/negotiations/sarn/matrix")["data"]["parties"]] == [
        "sarn-aldria",
        "sarn-borsk",
    ]
    assert not LexborHTMLParser(editor.get(f"/positions/{held['first']}").text).css(
        "[data-recoded-as]"
    )
    assert merge(editor).status_code == 422  # the copy is there already
    merged(editor, **{f"rival-{held['first']}": str(made)})  # again, for the restored one
    assert (
        get(api, held["first"])["status"] == "retracted" and now_at(editor, held["first"]) == made
    )


def test_a_party_without_positions_is_merged_and_takes_part_again(
    api: Api, source: int, editor: TestClient
) -> None:
    merged(editor)
    assert [p["slug"] for p in api.get("/negotiations/sarn/matrix")["data"]["parties"]] == [
        "sarn-aldria"
    ]
    assert post(editor, f"{BOOK}/sarn-borsk/again").status_code == 303
    assert len(api.get("/negotiations/sarn/matrix")["data"]["parties"]) == 2
    assert post(editor, MERGE, into="nobody", reason="x").status_code == 200  # asks which
    assert post(editor, MERGE, into="sarn-borsk", reason="x").status_code == 200


def test_drafts_go_on_waiting_for_a_second_person(
    app: FastAPI, api: Api, source: int, held: dict[str, int], editor: TestClient, database: Server
) -> None:
    settings = "/n/sarn/code-book/negotiation"
    admin = browser(app, "admin")
    post(
        admin, settings, **values(admin, settings) | {"review": "on", "reason": "Two pairs of eyes"}
    )
    asked = f"/positions/{held['draft']}/review"
    sent = {"version": "1", "comment": "Is thirty days the right option?", "do": "submit"}
    assert post(editor, asked, **sent).status_code == 303
    merged(editor)
    page = editor.get(f"/positions/{now_at(editor, held['draft'])}/review").text
    assert (
        "Is thirty days the right option?" in page
        and "submitted" in page
        and "changed since" not in page
    )


def test_a_party_that_was_merged_into_is_merged_itself(
    api: Api, held: dict[str, int], editor: TestClient
) -> None:
    api.post("/parties", {"slug": "cerra", "name": "Cerra"})
    merged(editor)
    merged(editor, f"{BOOK}/sarn-aldria/merge", "cerra")
    seats = {p["slug"]: p["merged_into"] for p in api.get("/negotiations/sarn")["data"]["parties"]}
    assert seats == {"cerra": None, "sarn-aldria": "cerra", "sarn-borsk": "cerra"}
    merged(editor, f"{BOOK}/cerra/merge", "sarn-borsk")  # closing the circle
    seats = {p["slug"]: p["merged_into"] for p in api.get("/negotiations/sarn")["data"]["parties"]}
    assert seats == {"cerra": "sarn-borsk", "sarn-aldria": "sarn-borsk", "sarn-borsk": None}


async def test_what_a_person_typed_is_stored_once(
    session: Any, held: dict[str, int], editor: TestClient
) -> None:
    """Merging two parties keeps the log's chain, and each quote of a new position has its check."""
    merged(editor)
    unchecked = text(
        "SELECT count(*) FROM position_quote p LEFT JOIN quote_check c USING (quote_id)"
        " WHERE c.quote_id IS NULL"
    )
    assert await session.scalar(unchecked) == 0
