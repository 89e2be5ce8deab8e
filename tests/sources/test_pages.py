"""Test sources saved with forms: pasted, from files, from a bookmarklet; corrected; with texts."""

from typing import Any
from urllib.parse import unquote

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.sources import make
from tests.support.factories import NOWHERE, TEXT, Desk, position, quote
from tests.support.fixtures import Lake

PAGES = (
    "/sources/new",
    "/sources/1/edit",
    "/sources/1/text",
    "/bookmarklet",
    "/n/lake/desk",
    "/n/lake/desk/1",
)


def send(desk: Desk, path: str, data: dict[str, str], file: tuple[str, bytes] | None = None) -> Any:
    headers = {"Authorization": f"Bearer {desk.token}"} if desk.token else {}
    files = {"file": file} if file else {"file": ("", b"")}
    return desk.client.post(path, data=data, files=files, headers=headers)


def values(answer: Any) -> dict[str, str]:
    """Return the fields of the form for a source as the page shows them."""
    found = {}
    for node in LexborHTMLParser(answer.text).css("[data-intake] input, [data-intake] textarea"):
        name = node.attributes.get("name")
        if name:
            found[name] = (
                node.text() if node.tag == "textarea" else node.attributes.get("value") or ""
            )
    return found


def text_of(answer: Any, selector: str) -> str:
    return " ".join(" ".join(n.text() for n in LexborHTMLParser(answer.text).css(selector)).split())


@pytest.mark.parametrize("path", PAGES)
def test_only_editors_get_there(lake: Lake, path: str) -> None:
    assert lake.ada.page(path).status_code == 200
    assert lake.vic.page(path).status_code == 403
    away = lake.stranger.page(path)
    assert away.status_code == 303 and away.headers["location"].startswith("/login")
    for desk, status in ((lake.vic, 403), (lake.stranger, 401)):
        answer = send(
            desk, path, {"title": "x", "url": "https://x.example/", "text": "x", "do": "publish"}
        )
        assert answer.status_code in (status, 405)
    for desk in (lake.vic, lake.stranger):
        assert TEXT[20:60] not in desk.page(path).text


def test_a_pasted_text_is_on_file_as_it_was_pasted(lake: Lake) -> None:
    data = {
        "url": "https://news.example/new?utm_source=x",
        "title": " Talks  go on ",
        "published_on": "17 March 2025",
        "language": "English",
        "text": "\nFirst — line.\r\n\r\n“Second”  line.",
        "negotiation": "lake",
    }
    answer = send(lake.ada, "/sources/new", data)
    assert answer.status_code == 303
    number = int(answer.headers["location"].removeprefix("/n/lake/desk/"))
    source = lake.ada.get(f"/sources/{number}").data
    assert (source["title"], source["published_on"], source["language"]) == (
        "Talks go on",
        "2025-03-17",
        "en",
    )
    assert (
        values(lake.ada.page(f"/sources/{number}/text"))["text"]
        == "\nFirst — line.\n\n“Second”  line."
    )


def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(lake: Lake) -> None:
    data = {
        "url": "javascript:alert(1)",
        "title": "",
        "published_on": "yesterday",
        "text": "Some <b> text",
        "author": "Jo",
    }
    answer = send(lake.ada, "/sources/new", data)
    assert answer.status_code == 422 and answer.text.count("<title>Error: ") == 1
    assert {"field-url", "field-title", "field-published_on"} <= {
        (a.attributes["href"] or "").removeprefix("#")
        for a in LexborHTMLParser(answer.text).css(".problem a")
    }
    assert values(answer) | data == values(answer)


def test_where_a_source_is_may_be_said_as_people_say_it(lake: Lake) -> None:
    for typed, field, kept in (
        ("State archive, box 12, page 3", "reference", "State archive, box 12, page 3"),
        ("Hansard", "reference", "Hansard"),
        ("www.news.example/a?b=c.d", "url", "https://www.news.example/a?b=c.d"),
        ("http://news.example/plain", "url", "http://news.example/plain"),
    ):
        answer = send(lake.ada, "/sources/new", {"url": typed, "title": typed})
        assert answer.status_code == 303, answer.text
        number = answer.headers["location"].removeprefix("/sources/")
        assert lake.ada.get(f"/sources/{number}").data[field] == kept
    nothing = send(lake.ada, "/sources/new", {"url": " ", "title": "", "text": "a"})
    named = LexborHTMLParser(nothing.text).css(".problem a")
    assert {a.attributes["href"] for a in named} == {"#field-url", "#field-title"}
    assert "say where to find the source" in nothing.text


def test_an_address_that_is_on_file_leads_to_its_source(lake: Lake) -> None:
    same = "https://NEWS.example/lake?utm_campaign=y#top"
    for answer in (
        lake.ada.page("/sources/new", url=same),
        send(lake.ada, "/sources/new", {"url": same, "title": "Again"}),
    ):
        assert LexborHTMLParser(answer.text).css_matches('.notice a[href="/sources/1"]')
    assert len(lake.ada.get("/sources").data) == 1


def test_the_same_text_under_another_address_is_pointed_out_once(lake: Lake) -> None:
    data = {"url": "https://copy.example/", "title": "Copy", "text": TEXT}
    first = send(lake.ada, "/sources/new", data)
    assert first.status_code == 200 and "source 1, Talks resume" in text_of(first, ".notice")
    assert (
        send(lake.ada, "/sources/new", {**data, "seen": values(first)["seen"]}).status_code == 303
    )


def test_a_file_is_shown_before_anything_is_stored(lake: Lake) -> None:
    answer = send(lake.ada, "/sources/new", {"title": "Mine"}, ("page.html", make.PAGE.encode()))
    got = values(answer)
    assert answer.status_code == 200 and "Nothing is saved yet" in text_of(answer, ".notice")
    assert (got["title"], got["publisher"], got["published_on"]) == (
        "Mine",
        "The Sarn Courier",
        "2025-03-10",
    )
    assert "The gauge of Borsk is 1,520" in got["text"]
    assert len(lake.ada.get("/sources").data) == 1


@pytest.mark.parametrize(
    ("name", "data"), [("x.pdf", make.pdf("x", encrypt="pw")), ("x.docx", b"PK junk")]
)
def test_a_file_that_cannot_be_read_says_so_and_what_was_typed_stays(
    lake: Lake, name: str, data: bytes
) -> None:
    answer = send(lake.ada, "/sources/new", {"title": "Typed", "text": "pasted"}, (name, data))
    assert answer.status_code == 422 and text_of(answer, "#error-file")
    assert (values(answer)["title"], values(answer)["text"]) == ("Typed", "pasted")


def test_a_guessed_encoding_is_said_and_can_be_changed(lake: Lake) -> None:
    french = "Été à l’hôtel. " * 5
    answer = send(lake.ada, "/sources/new", {}, ("x.txt", french.encode("windows-1252")))
    assert "a guess" in text_of(answer, ".notice") and "Windows-1252" in text_of(answer, ".notice")
    got = values(answer)
    again = send(lake.ada, "/sources/new", {**got, "reread": "windows-1251"})
    assert values(again)["text"] == french.encode("windows-1252").decode("windows-1251")
    back = send(lake.ada, "/sources/new", {**values(again), "reread": "windows-1252"})
    assert values(back)["text"] == french


def test_a_form_sent_after_the_sign_in_ran_out_comes_back(lake: Lake) -> None:
    answer = send(lake.stranger, "/sources/new", {"title": "Typed", "text": "Long text"})
    assert answer.status_code == 401 and "Long text" in answer.text
    again = send(lake.ada, "/sources/new", {"title": "Typed", "text": "Long text", "do": "refresh"})
    assert again.status_code == 200 and values(again)["text"] == "Long text"
    assert len(lake.ada.get("/sources").data) == 1


def test_a_bookmarklet_fills_the_form_and_stores_nothing(lake: Lake) -> None:
    page = lake.ada.page("/bookmarklet", negotiation="lake")
    link = LexborHTMLParser(page.text).css_first(".bookmarklet a").attributes["href"] or ""
    assert (
        link.startswith("javascript:")
        and "/sources/new?" in link
        and "negotiation:'lake'" in unquote(link)
    )
    assert (
        "negotiation"
        not in lake.ada.page("/bookmarklet", negotiation="');alert(1)//").text.split(
            'bookmarklet">'
        )[1]
    )
    form = lake.ada.page("/sources/new", url="https://a.example/", title="A <b>", text="“Words”")
    assert (values(form)["url"], values(form)["title"], values(form)["text"]) == (
        "https://a.example/",
        "A <b>",
        "“Words”",
    )
    assert "'unsafe-inline'" not in page.headers["content-security-policy"]
    assert len(lake.ada.get("/sources").data) == 1


def test_a_record_is_corrected_with_a_reason(lake: Lake) -> None:
    form = values(lake.ada.page("/sources/1/edit"))
    assert form["published_on"] == "14 May 2024"
    refused = send(lake.ada, "/sources/1/edit", {**form, "publisher": "Lake News"})
    assert refused.status_code == 422 and text_of(refused, "#error-reason")
    saved = send(
        lake.ada,
        "/sources/1/edit",
        {**form, "publisher": "Lake News", "reason": "It was left out."},
    )
    assert saved.headers["location"] == "/sources/1?told=corrected"
    assert "Correction of the source saved." in lake.ada.page(saved.headers["location"]).text
    assert lake.ada.get("/sources/1").data["publisher"] == "Lake News"
    assert "It was left out." in lake.ada.page("/sources/1").text


def test_two_editors_of_one_record_both_keep_what_they_typed(lake: Lake) -> None:
    opened = values(lake.ada.page("/sources/1/edit"))
    lake.bo.patch("/sources/1", {"title": "Bo's title", "author": "Bo"})
    mine = {**opened, "title": "Ada's title", "publisher": "Ada's paper", "reason": "Because."}
    clash = send(lake.ada, "/sources/1/edit", mine)
    assert clash.status_code == 412 and "Bo's title" in text_of(clash, ".theirs")
    got = values(clash)
    assert (got["title"], got["publisher"], got["author"]) == ("Ada's title", "Ada's paper", "Bo")
    assert send(lake.ada, "/sources/1/edit", got).status_code == 303
    source = lake.ada.get("/sources/1").data
    assert (source["title"], source["publisher"], source["author"]) == (
        "Ada's title",
        "Ada's paper",
        "Bo",
    )


def test_a_text_that_was_put_on_file_meanwhile_is_no_clash(lake: Lake) -> None:
    opened = values(lake.ada.page("/sources/1/edit"))
    lake.ada.patch("/sources/1", {"text": TEXT + " More."})
    assert (
        send(lake.ada, "/sources/1/edit", {**opened, "title": "New", "reason": "x"}).status_code
        == 303
    )


def test_a_new_text_checks_every_quote_and_says_what_that_gave(lake: Lake) -> None:
    lake.ada.post("/positions", position(quotes=[quote()]))
    answer = send(lake.ada, "/sources/1/text", {"text": "Another text altogether."})
    assert answer.status_code == 303 and answer.headers["location"].startswith("/sources/1/text")
    shown = text_of(lake.ada.page("/sources/1/text"), "#checked")
    assert "version 2" in shown and "1 not" in shown and "does not occur" in shown
    send(lake.ada, "/sources/1/text", {"text": TEXT})
    assert "1 verified" in text_of(lake.ada.page("/sources/1/text"), "#checked")
    assert "paste it" in text_of(send(lake.ada, "/sources/1/text", {"text": " "}), "#error-text")


def test_texts_are_shown_to_nobody_else(lake: Lake) -> None:
    marker = "zanzibar-marker"
    source = lake.ada.source(
        text=f"“We will {marker} it all the same,” said Mara Venn.", title="Secret"
    )
    number = source["id"]
    lake.ada.draft(quotes=[quote("We will", source_id=number)])
    for path in (
        f"/sources/{number}",
        f"/n/lake/desk/{number}",
        f"/sources/{number}/text",
        "/n/lake/desk",
        "/search?q=marker",
    ):
        for desk in (lake.vic, lake.stranger):
            assert marker not in desk.page(path).text, path
    assert marker not in str(lake.stranger.get(f"/sources/{number}").json)
    assert marker in lake.ada.page(f"/n/lake/desk/{number}").text
    assert NOWHERE not in lake.ada.page(f"/n/lake/desk/{number}").text
