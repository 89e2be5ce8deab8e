"""Test a negotiation from nothing, on the pages alone.

Slugs are made, options are entered with their issue, and known parties are found.
"""

from concurrent.futures import ThreadPoolExecutor

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.negotiations.slugs import LONGEST, slug_of, slugs_of
from tests.codebook.make import Api, post
from tests.codebook.test_codebook import BOOK, errors, fields_of, values

NEW = "/negotiations/new"


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("Length of the ceasefire", "length-of-the-ceasefire"),
        ("Переговори про Київ, 2025", "peregovori-pro-kiiv-2025"),
        ("Щука й Їжак", "shchuka-i-izhak"),
        ("Côte d’Ivoire — ﬁn", "cote-divoire-fin"),
        ("40 %", "40"),
        ("2024–25: what’s left of 0,5 %?", "2024-25-whats-left-of-0-5"),
        ("Þórshöfn, Ελλάδα", "thorshofn-ellada"),
        ("停火", "ting-huo"),
        ("R&amp;D", "r-amp-d"),
        ("…", ""),
        ("  ", ""),
        ("😀", ""),
        ("a" * 200, "a" * LONGEST),
        ("word " * 40, "-".join(["word"] * 16)),
    ],
)
def test_a_short_name_is_made_of_what_can_be_spelled(name: str, slug: str) -> None:
    assert slug_of(name) == slug and len(slug) <= LONGEST


def test_short_names_of_several_differ() -> None:
    assert slugs_of(["30 %", "30 days", "30!", "…", "и"], "option") == [
        "30",
        "30-days",
        "30-2",
        "option-4",
        "i",
    ]
    assert len(set(slugs_of(["x" * 90 + str(n) for n in range(20)], "option"))) == 20


def test_a_negotiation_begins_with_its_title_alone(api: Api, editor: TestClient) -> None:
    assert LexborHTMLParser(editor.get("/").text).css_first(f"main a[href='{NEW}']") is not None
    sent = values(editor, NEW)
    assert errors(post(editor, NEW, **sent).text)[0] == "Enter a title"
    done = post(editor, NEW, **sent | {"title": "Озеро Сарн"})
    assert (done.status_code, done.headers["location"]) == (303, "/n/ozero-sarn/start/parties")
    data = api.get("/negotiations/ozero-sarn")["data"]
    assert (data["title"], data["status"], data["review"], data["coded_through"]) == (
        "Озеро Сарн", "ongoing", False, None,
    )  # fmt: skip
    again = post(editor, NEW, **sent | {"title": "Озеро Сарн", "contact": "kept"})
    assert again.status_code == 409 and "already" in errors(again.text)[0]
    assert fields_of(again.text)["contact"] == "kept"
    unspelled = post(editor, NEW, **sent | {"title": "…"})
    assert "use lower-case letters" in errors(unspelled.text)[0]


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (NEW, {"title": "Озеро Сарн", "contact": "kept"}),
        (f"{BOOK}/parties/new", {"name": "Kelmar", "kind": "kept"}),
    ],
)
def test_who_is_later_by_a_moment_keeps_what_was_typed(
    source: int, editor: TestClient, path: str, said: dict[str, str]
) -> None:
    sent = values(editor, path) | said
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda _: post(editor, path, **sent), range(4)))
    assert sorted(a.status_code for a in answers) == [303, 409, 409, 409]
    assert all(said.items() <= fields_of(a.text).items() for a in answers if a.status_code == 409)


def test_everything_said_of_it_at_the_start_is_kept(api: Api, editor: TestClient) -> None:
    said = {
        "title": "Lake", "slug": "lake", "summary": "Who may draw\r\nhow much",
        "status": "suspended", "review": "on", "coded_through": "2025-03-17",
        "licence": "CC BY 4.0", "contact": "desk@example.org", "method": "All papers",
    }  # fmt: skip
    assert post(editor, NEW, **said).status_code == 303
    data = api.get("/negotiations/lake")["data"]
    wanted = said | {"review": True, "summary": "Who may draw\nhow much"}
    assert {n: data[n] for n in wanted} == wanted


def test_only_editors_begin_one(client: TestClient, viewer: TestClient) -> None:
    assert viewer.get(NEW).status_code == 403 and client.get(NEW).status_code == 303
    assert post(viewer, NEW, title="x").status_code == 403
    away = post(client, NEW, title="Ozero")
    assert away.status_code == 401 and "Ozero" in away.text
    assert "New negotiation" not in client.get("/").text and "Sign in" in client.get("/").text


def test_an_issue_is_added_with_its_answers(api: Api, source: int, editor: TestClient) -> None:
    sent = values(editor, f"{BOOK}/issues/new") | {
        "title": "Водна квота",
        "options": "20 %\n\n 30 %\n40 %",
    }
    done = post(editor, f"{BOOK}/issues/new", **sent | {"ordered": "on"})
    assert done.headers["location"].startswith(f"{BOOK}/issues/vodna-kvota?did=added")
    assert "Added: " in editor.get(done.headers["location"]).text
    found = api.get("/negotiations/sarn/issues/vodna-kvota")["data"]["options"]
    assert [(o["slug"], o["label"], o["rank"]) for o in found] == [
        ("20", "20 %", 1), ("30", "30 %", 2), ("40", "40 %", 3),
    ]  # fmt: skip
    twice = post(
        editor, f"{BOOK}/issues/new", **sent | {"title": "Other", "options": "yes\nno\nyes"}
    )
    assert twice.status_code == 422 and errors(twice.text) == ["“yes” is listed twice"]
    assert fields_of(twice.text)["options"] == "yes\nno\nyes"
    plain = post(editor, f"{BOOK}/issues/new", **sent | {"title": "Other", "then": "another"})
    assert plain.headers["location"].startswith(f"{BOOK}/issues/new?did=added")
    again = editor.get(plain.headers["location"]).text
    assert "Added: Other." in again and "Issues so far: " in again
    assert [o["rank"] for o in api.get("/negotiations/sarn/issues/other")["data"]["options"]] == [
        None
    ] * 3


def test_consent_goes_by_the_role_unless_it_is_said(
    api: Api, source: int, editor: TestClient
) -> None:
    sent = values(editor, f"{BOOK}/parties/new", 0)
    parts = (
        ("P", "principal", ""),
        ("M", "mediator", ""),
        ("O", "observer", "yes"),
        ("Q", "principal", "no"),
    )
    for name, role, consent in parts:
        done = post(
            editor,
            f"{BOOK}/parties/new",
            **sent | {"name": name, "role": role, "consent_required": consent},
        )
        assert done.status_code == 303
    parties = {
        p["name"]: p["consent_required"] for p in api.get("/negotiations/sarn")["data"]["parties"]
    }
    assert [parties[n] for n in "PMOQ"] == [True, False, True, False]


def test_a_party_on_file_is_taken_by_any_of_its_names(
    api: Api, source: int, editor: TestClient
) -> None:
    api.post("/parties", {"slug": "ua", "name": "Ukraine", "aliases": ["Україна", "Kyiv"]})
    api.post("/parties", {"slug": "k-1", "name": "Council"})
    api.post("/parties", {"slug": "k-2", "name": "Council"})
    options = LexborHTMLParser(editor.get("/lookup/parties?party=укра").text).css("option")
    assert [(o.attributes["value"], o.text()) for o in options] == [("Ukraine", "ua")]
    seat = values(editor, f"{BOOK}/parties/new", 1)
    for name, words in (
        (" ", "Enter a party"),
        ("Atlantis", "knows no party"),
        ("council", "several parties are called “council”"),
    ):
        refused = post(editor, f"{BOOK}/parties/seat", **seat | {"party": name})
        assert refused.status_code == 422 and words in errors(refused.text)[0]
        assert fields_of(refused.text)["party"] == name
    assert post(editor, f"{BOOK}/parties/seat", **seat | {"party": " україна"}).status_code == 303
    second = post(editor, f"{BOOK}/parties/seat", **seat | {"party": "k-2", "then": "another"})
    assert second.headers["location"].startswith(f"{BOOK}/parties/new?did=added")
    assert "Added: " in editor.get(second.headers["location"]).text
    assert post(editor, f"{BOOK}/parties/seat", **seat | {"party": "Kyiv"}).status_code == 409
    slugs = [p["slug"] for p in api.get("/negotiations/sarn")["data"]["parties"]]
    assert slugs == ["sarn-aldria", "sarn-borsk", "ua", "k-2"]


def test_the_first_steps_take_names_alone(api: Api, source: int, editor: TestClient) -> None:
    api.post("/parties", {"slug": "ua", "name": "Ukraine", "aliases": ["Kyiv"]})
    api.post("/parties", {"slug": "k-1", "name": "Council"})
    api.post("/parties", {"slug": "k-2", "name": "Council"})
    start = "/n/lake/start"
    assert post(editor, NEW, **values(editor, NEW) | {"title": "Lake"}).status_code == 303
    for typed, words in (
        (" \n", "at least one"),
        ("Ukraine\nCouncil", "several parties are called"),
    ):
        refused = post(editor, f"{start}/parties", parties=typed)
        assert refused.status_code == 422 and words in errors(refused.text)[0]
        assert fields_of(refused.text)["parties"].strip() == typed.strip()
    assert api.get("/negotiations/lake")["data"]["parties"] == []
    names = "Northshore\r\n\r\n kyiv \r\nnorthshore\r\n…\r\nNorth-Shore!"
    for _ in range(2):  # sent twice, as after going back
        done = post(editor, f"{start}/parties", parties=names)
        assert (done.status_code, done.headers["location"]) == (303, f"{start}/issue")
    parties = api.get("/negotiations/lake")["data"]["parties"]
    assert [(p["slug"], p["name"], p["consent_required"]) for p in parties] == [
        ("northshore", "Northshore", True), ("ua", "Ukraine", True), ("party", "…", True),
        ("north-shore", "North-Shore!", True),
    ]  # fmt: skip
    assert "Northshore, Ukraine" in editor.get(f"{start}/parties").text


def test_the_first_issue_leads_to_a_source(api: Api, source: int, editor: TestClient) -> None:
    step = "/n/sarn/start/issue"
    refused = post(editor, step, title="", options="")
    assert refused.status_code == 422 and len(errors(refused.text)) == 2
    said = {"title": "Quota", "options": "30 %\n40 %\n30 %", "ordered": "on"}
    for _ in range(2):
        done = post(editor, step, **said)
        assert (done.status_code, done.headers["location"]) == (
            303, "/sources/new?negotiation=sarn",
        )  # fmt: skip
    found = api.get("/negotiations/sarn/issues/quota")["data"]["options"]
    assert [(o["slug"], o["rank"]) for o in found] == [("30", 1), ("40", 2)]
    other = post(editor, step, **said | {"options": "50 %"})
    assert other.status_code == 422 and "has other options" in errors(other.text)[0]
    assert fields_of(other.text)["options"] == "50 %"
    other = post(editor, step, title="Quota!", options="yes", then="another")
    assert (other.status_code, other.headers["location"]) == (303, step)
    assert api.get("/negotiations/sarn/issues/quota-2")["data"]["title"] == "Quota!"
    assert "Quota, Quota!" in editor.get(step).text


def steps(page: str) -> dict[str, str]:
    """Return the steps to the first position that a page shows: done, step or "" by its name."""
    html = LexborHTMLParser(page)
    for words in html.css(".first-steps li > :not(a)"):
        words.decompose()
    return {
        li.text(strip=True): li.attributes.get("aria-current") or li.attributes.get("class") or ""
        for li in html.css(".first-steps li")
    }


def test_pages_name_what_is_missing_until_there_is_a_position(
    api: Api, editor: TestClient, viewer: TestClient
) -> None:
    assert steps(editor.get(NEW).text)["Negotiation"] == "step"
    post(editor, NEW, title="Lake")
    pages = ("/n/lake", "/n/lake/code-book")
    for page in pages:
        assert list(steps(editor.get(page).text).values()) == ["done", "", "", "", ""]
    assert not steps(viewer.get("/n/lake").text)
    post(editor, "/n/lake/start/parties", parties="North\nSouth")
    post(editor, "/n/lake/start/issue", title="Quota", options="30 %\n40 %")
    for page in pages:
        assert list(steps(editor.get(page).text).values()) == ["done", "done", "done", "", ""]
    assert steps(editor.get("/sources/new?negotiation=lake").text)["Source with its text"] == "step"
    assert not steps(editor.get("/sources/new").text)
    number = api.post("/sources", {"url": "https://x.example/", "title": "T", "text": "Yes."})
    desk = f"/n/lake/desk/{number['id']}"
    assert steps(editor.get(desk).text)["Position with a quote"] == "step"
    quoted = [{"source_id": number["id"], "exact": "Yes", "kind": "reported"}]
    api.post(
        "/positions",
        {"negotiation": "lake", "party": "north", "issue": "quota", "quotes": quoted,
         "stated_on": "2025-03-17"},
    )  # fmt: skip
    for page in (*pages, desk, "/sources/new?negotiation=lake"):
        assert not steps(editor.get(page).text), page
