"""Test the code book's forms: permissions, what is stored, and concurrent edits."""

import json
from typing import Any

from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from tests.codebook.make import Api, post

BOOK = "/n/sarn/code-book"
FORMS = [
    "", "/negotiation", "/parties/new", "/parties/sarn-aldria", "/issues/new", "/issues/truce",
    "/issues/truce/options/new", "/issues/truce/options/short", "/issues/truce/options/short/merge",
    "/issues/truce/options/short/merge?into=month", "/issues/truce/options/short/split",
    "/parties/sarn-aldria/merge", "/parties/sarn-aldria/merge?into=sarn-borsk",
    "/parties/sarn-aldria/split", "/parties/sarn-aldria/split?to=sarn-borsk",
]  # fmt: skip


def values(client: TestClient, path: str, number: int = -1) -> dict[str, Any]:
    """Return what a form would send unchanged."""
    answer = client.get(path)
    assert answer.status_code == 200, answer.text
    return fields_of(answer.text, number)


def fields_of(html: str, number: int = -1) -> dict[str, Any]:
    forms = [
        f
        for f in LexborHTMLParser(html).css("main form[method=post]")
        if "/move" not in f.attributes["action"]
    ]
    found: dict[str, Any] = {}
    for field in forms[number].css("input, textarea, select"):
        name, kind = field.attributes["name"], field.attributes.get("type")
        if field.tag == "textarea":
            found[name] = field.text().removeprefix("\n")
        elif field.tag == "select":
            chosen = field.css_first("option[selected]") or field.css_first("option")
            found[name] = chosen.attributes["value"]
        elif kind not in ("checkbox", "radio") or "checked" in field.attributes:
            found[name] = field.attributes.get("value") or ""
    return found


def errors(html: str) -> list[str]:
    """Return the messages of the summary; each links to a field with the same message."""
    tree = LexborHTMLParser(html)
    assert tree.css_first("title").text().startswith("Error: ")
    found = []
    for link in tree.css(".problem a"):
        target = tree.css_first(link.attributes["href"])
        assert target is not None, link.html
        found.append(link.text())
    return found


def test_each_page_is_for_editors_and_looking_changes_nothing(
    api: Api, source: int, client: TestClient, viewer: TestClient, editor: TestClient
) -> None:
    before = api.get("/negotiations/sarn")["meta"]["revision"]
    for path in FORMS:
        answer = client.get(BOOK + path)
        assert answer.status_code == 303 and answer.headers["location"].startswith(
            "/login?next=/n/sarn/code-book"
        )
        assert viewer.get(BOOK + path).status_code == 403
        shown = editor.get(BOOK + path)
        assert shown.status_code == 200, path
        tree = LexborHTMLParser(shown.text)
        assert len(tree.css("h1")) == 1 and tree.css_first("title").text()
        ids = [n.attributes["id"] for n in tree.css("[id]")]
        assert len(ids) == len(set(ids)), path
    for path in ("/negotiation", "/issues/new", "/issues/truce", "/parties/sarn-aldria/part"):
        assert post(client, BOOK + path, title="x").status_code == 401
        assert post(viewer, BOOK + path, title="x").status_code == 403
        assert (
            editor.post(BOOK + path, data={}, headers={"Sec-Fetch-Site": "cross-site"}).status_code
            == 403
        )
    assert api.get("/negotiations/sarn")["meta"]["revision"] == before


def test_a_negotiation_is_changed_with_its_reason(
    api: Api, source: int, editor: TestClient
) -> None:
    sent = values(editor, f"{BOOK}/negotiation") | {
        "title": "Sarn railway accord",
        "coded_through": "2025-03-17",
    }
    refused = post(editor, f"{BOOK}/negotiation", **sent)
    assert refused.status_code == 422 and "Sarn railway accord" in refused.text
    assert errors(refused.text) == ["Enter a reason for the change"]
    # Only an admin can switch review on.
    done = post(editor, f"{BOOK}/negotiation", **sent | {"reason": "Its full name", "review": "on"})
    assert done.headers["location"] == f"{BOOK}?did=saved&it=negotiation"
    assert "Saved: Sarn railway accord" in editor.get(done.headers["location"]).text
    data = api.get("/negotiations/sarn")["data"]
    assert (data["title"], data["coded_through"], data["review"]) == (
        "Sarn railway accord",
        "2025-03-17",
        False,
    )


def test_what_is_wrong_is_said_at_its_field_and_stays_typed(
    source: int, editor: TestClient
) -> None:
    sent = values(editor, f"{BOOK}/negotiation") | {
        "title": " ",
        "coded_through": "soon",
        "reason": "x",
    }
    answer = post(editor, f"{BOOK}/negotiation", **sent)
    assert errors(answer.text) == [
        "Enter a title",
        "Sources read up to: write a day such as 2025-03-17",
    ]
    assert fields_of(answer.text)["coded_through"] == "soon"


def test_the_second_of_two_editors_sees_both_texts_and_loses_nothing(
    api: Api, source: int, editor: TestClient
) -> None:
    path = f"{BOOK}/issues/truce"
    mine = values(editor, path) | {"title": "How long a truce", "reason": "Shorter"}
    theirs = values(editor, path) | {
        "title": "Duration",
        "question": "How long?",
        "reason": "Plainer",
    }
    assert post(editor, path, **theirs).status_code == 303
    answer = post(editor, path, **mine)
    assert answer.status_code == 412
    now = fields_of(answer.text)
    assert (now["title"], now["reason"]) == ("How long a truce", "Shorter")
    assert now["question"] == "How long?"  # not changed in this form, so the other change stays
    assert (
        LexborHTMLParser(answer.text).css_first("#theirs-title").text(strip=True)
        == "Saved now:Duration"
    )
    assert api.get("/negotiations/sarn/issues/truce")["data"]["title"] == "Duration"
    assert post(editor, path, **now).status_code == 303
    data = api.get("/negotiations/sarn/issues/truce")["data"]
    assert (data["title"], data["question"]) == ("How long a truce", "How long?")


def test_what_only_one_editor_changed_is_no_conflict(
    api: Api, source: int, editor: TestClient
) -> None:
    path = f"{BOOK}/issues/truce"
    mine = values(editor, path) | {"title": "How long a truce", "reason": "Shorter"}
    post(editor, f"{path}/move", place="0", direction="down")
    assert post(editor, path, **mine).status_code == 303
    mine = values(editor, path) | {"title": "Truce", "reason": "Shorter still"}
    theirs = values(editor, path) | {"question": "How long?", "reason": "Plainer"}
    assert post(editor, path, **theirs).status_code == 303
    answer = post(editor, path, **mine)
    assert answer.status_code == 412 and "their change was taken over" in answer.text
    assert not LexborHTMLParser(answer.text).css_matches(".theirs")
    assert fields_of(answer.text)["question"] == "How long?"


def test_a_reason_that_cannot_be_kept_is_told_at_its_field(
    api: Api, source: int, editor: TestClient
) -> None:
    path = f"{BOOK}/issues/truce"
    answer = post(editor, path, **values(editor, path) | {"title": "Truce", "reason": "a\x01b"})
    assert answer.status_code == 422 and "control character" in errors(answer.text)[0]
    assert fields_of(answer.text)["title"] == "Truce"


def test_a_form_sent_twice_is_written_once(api: Api, source: int, editor: TestClient) -> None:
    path = f"{BOOK}/issues/truce"
    sent = values(editor, path) | {"notes": "Pauses count.", "reason": "Asked twice"}
    assert post(editor, path, **sent).status_code == 303
    revision = api.get("/negotiations/sarn")["meta"]["revision"]
    assert post(editor, path, **sent).status_code == 303
    assert api.get("/negotiations/sarn")["meta"]["revision"] == revision


def test_parties_are_added_seated_edited_and_moved(
    api: Api, source: int, editor: TestClient
) -> None:
    new = values(editor, f"{BOOK}/parties/new", 0)
    sent = new | {
        "name": "Dorrin",
        "slug": "dorrin",
        "aliases": "Доррин\n\nDorin ",
        "role": "observer",
    }
    del sent["consent_required"]
    assert post(editor, f"{BOOK}/parties/new", **sent).status_code == 303
    assert api.get("/parties/dorrin")["data"]["aliases"] == ["Доррин", "Dorin"]
    again = post(editor, f"{BOOK}/parties/new", **sent)
    assert again.status_code == 409 and "already" in errors(again.text)[0]
    api.post("/parties", {"slug": "elsewhere", "name": "Elsewhere"})
    seat = {"party": "elsewhere", "role": "mediator"}
    assert post(editor, f"{BOOK}/parties/seat", **seat).status_code == 303
    assert post(editor, f"{BOOK}/parties/dorrin/move", direction="up", place="2").status_code == 303
    # The same form sent twice.
    assert post(editor, f"{BOOK}/parties/dorrin/move", direction="up", place="2").status_code == 303
    parties = api.get("/negotiations/sarn")["data"]["parties"]
    assert [p["slug"] for p in parties] == ["sarn-aldria", "dorrin", "sarn-borsk", "elsewhere"]
    assert [p["consent_required"] for p in parties] == [True, False, True, False]
    part = values(editor, f"{BOOK}/parties/dorrin", 1) | {
        "consent_required": "on",
        "reason": "It signs too",
    }
    assert post(editor, f"{BOOK}/parties/dorrin/part", **part).status_code == 303
    assert api.get("/negotiations/sarn/parties/dorrin")["data"]["consent_required"]


def test_issues_and_options_are_added_and_moved(api: Api, source: int, editor: TestClient) -> None:
    sent = values(editor, f"{BOOK}/issues/new") | {"title": "Customs", "slug": "Customs Posts"}
    assert "use lower-case letters" in errors(post(editor, f"{BOOK}/issues/new", **sent).text)[0]
    done = post(editor, f"{BOOK}/issues/new", **sent | {"slug": "customs"})
    assert done.headers["location"].startswith(f"{BOOK}/issues/customs?did=added")
    post(editor, f"{BOOK}/issues/customs/move", direction="up", place="2")
    assert [i["slug"] for i in api.get("/negotiations/sarn")["data"]["issues"]] == [
        "truce",
        "customs",
        "bridge",
    ]
    options = f"{BOOK}/issues/truce/options"
    year = {"label": "A year", "slug": "year", "rank": "2"}
    same = post(editor, f"{options}/new", **year)
    assert same.status_code == 422 and "same rank" in errors(same.text)[0]
    assert (
        post(editor, f"{options}/new", **year | {"rank": "4,5", "status_quo": "on"}).status_code
        == 303
    )
    post(editor, f"{options}/year/move", direction="up", place="4")
    found = api.get("/negotiations/sarn/issues/truce")["data"]["options"]
    assert [(o["slug"], o["rank"]) for o in found] == [
        ("none", 1), ("short", 2), ("month", 3), ("year", 4), ("thirty", 4.5),
    ]  # fmt: skip
    assert [o["slug"] for o in found if o["status_quo"]] == ["year"]


def test_an_option_is_renamed_and_retired_and_the_status_quo_passes_on(
    api: Api, source: int, editor: TestClient
) -> None:
    path = f"{BOOK}/issues/truce/options/short"
    sent = values(editor, path) | {
        "label": "Two weeks",
        "status_quo": "on",
        "reason": "As they say",
    }
    assert post(editor, path, **sent).status_code == 303
    found = {o["slug"]: o for o in api.get("/negotiations/sarn/issues/truce")["data"]["options"]}
    assert found["short"]["label"] == "Two weeks" and found["short"]["status_quo"]
    assert not found["none"]["status_quo"]
    sent = values(editor, path) | {"retired": "on", "reason": "Nobody says so"}
    assert post(editor, path, **sent).status_code == 303
    found = {o["slug"]: o for o in api.get("/negotiations/sarn/issues/truce")["data"]["options"]}
    assert found["short"]["retired"]


def test_what_was_typed_travels_through_a_sign_in(
    api: Api, source: int, client: TestClient, editor: TestClient
) -> None:
    for path, typed in (
        (f"{BOOK}/issues/truce", {"title": "How long?", "version": "1", "reason": "Plainer"}),
        (f"{BOOK}/issues/new", {"title": "Customs <posts>", "slug": "customs"}),
        (f"{BOOK}/issues/truce/options/short/merge", {"into": "month", "reason": "Same thing"}),
        ("/n/sarn/looks/new", {"where": "The archive", "cell": "sarn-borsk/truce"}),
    ):
        away = post(client, path, **typed)
        assert away.status_code == 401
        fields = LexborHTMLParser(away.text).css_first("textarea[name=carry]").text()
        sent = json.loads(fields) | {"do": "refresh"}
        back = post(editor, path, **sent)
        assert back.status_code == 200, path
        kept = fields_of(back.text)
        assert all(kept.get(name, "") == value for name, value in typed.items()), path
    assert api.get("/negotiations/sarn/issues/truce")["data"]["title"] == "Length of the truce"
