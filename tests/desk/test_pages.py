"""Test the desk's pages: marks, notes in the margin, and publishing from there."""

from typing import Any

from selectolax.lexbor import LexborHTMLParser

from tests.sources.test_pages import send, text_of
from tests.support.factories import OTHER_WORDS, TEXT, TWICE, WORDS, quote
from tests.support.fixtures import Lake

DESK = "/n/lake/desk/1"


def marks(page: Any, kind: str) -> list[str]:
    return [n.text() for n in LexborHTMLParser(page.text).css(f"#text mark.{kind}")]


def place(words: str) -> dict[str, int]:
    return {"start": TEXT.index(words), "end": TEXT.index(words) + len(words), "text": 1}


def fields(page: Any) -> dict[str, str]:
    form = LexborHTMLParser(page.text).css_first("#position-form")
    found = {}
    for node in form.css("input, textarea, select"):
        name, kind = node.attributes.get("name"), node.attributes.get("type")
        if not name or (kind in ("radio", "checkbox") and "checked" not in node.attributes):
            continue
        if node.tag == "select":
            chosen = node.css_first("option[selected]")
            found[name] = chosen.attributes["value"] or "" if chosen else ""
        else:
            found[name] = (
                node.text() if node.tag == "textarea" else node.attributes.get("value") or ""
            )
    return found


def test_the_text_stands_there_as_stored_with_what_was_taken_and_what_may_be(lake: Lake) -> None:
    lake.ada.state(quotes=[quote()])
    lake.ada.draft("north", "dam", quotes=[quote("The dam stays closed until the survey is done")])
    page = lake.ada.page(DESK)
    tree = LexborHTMLParser(page.text)
    assert "".join(p.text() for p in tree.css("#text p[data-start]")) == TEXT
    assert marks(page, "quoted") == [WORDS, "The dam stays closed until the survey is done"]
    assert marks(page, "maybe") == ["The dam stays closed.", OTHER_WORDS]
    margin = text_of(page, ".margin")
    assert (
        "Northshore · Water quota" in margin
        and "1 quote · verified" in margin
        and "draft" in margin
    )
    assert (
        "Candidate: Mara Venn, Northshore" in margin
        and "Candidate: Tol Ibarra, Southshore" in margin
    )


def test_words_taken_stand_in_the_form_and_are_marked(lake: Lake) -> None:
    page = lake.ada.page(DESK, **place(WORDS))
    got = fields(page)
    assert got["q-0-exact"] == WORDS and got["q-0-source_id"] == "1" and got["party"] == "north"
    assert got["q-0-speaker"] == "Mara Venn" and got["q-0-said_on"] == "14 May 2024"
    assert marks(page, "now") == [WORDS]
    alone = lake.ada.client.get(
        DESK,
        params=place(WORDS),
        headers={
            "Authorization": f"Bearer {lake.ada.token}",
            "HX-Request": "true",
            "HX-Request-Type": "partial",
        },
    )
    assert alone.text.lstrip().startswith("<form") and fields(alone)["q-0-exact"] == WORDS


def test_words_that_occur_twice_come_with_what_tells_them_apart(lake: Lake) -> None:
    second = TEXT.rindex(TWICE)
    got = fields(lake.ada.page(DESK, start=second, end=second + len(TWICE)))
    assert got["q-0-exact"] == TWICE and got["q-0-prefix"] and got["q-0-suffix"]


def test_publishing_leads_back_to_the_desk_once(lake: Lake) -> None:
    form = fields(lake.ada.page(DESK, **place(WORDS))) | {
        "issue": "quota",
        "o-q40": "prefers",
        "do": "publish",
    }
    answers = [send(lake.ada, DESK, form) for _ in range(2)]
    assert {a.status_code for a in answers} == {303} and len(
        {a.headers["location"] for a in answers}
    ) == 1
    [position] = lake.ada.get("/positions").data
    assert position["quotes"][0]["verification"] == "verified"
    back = lake.ada.page(answers[0].headers["location"].partition("#")[0])
    assert "Published: Northshore on Water quota" in text_of(back, "[data-saved]")
    assert (
        answers[0].headers["location"].endswith(f"#p-{position['id']}")
        and f'id="p-{position["id"]}"' in back.text
    )


def test_what_cannot_be_published_comes_back_beside_the_text(lake: Lake) -> None:
    form = fields(lake.ada.page(DESK, **place(WORDS))) | {
        "q-0-exact": "We accept sixty per cent",
        "do": "publish",
    }
    answer = send(lake.ada, DESK, form)
    assert answer.status_code == 422 and fields(answer)["q-0-exact"] == "We accept sixty per cent"
    assert (
        "".join(p.text() for p in LexborHTMLParser(answer.text).css("#text p[data-start]")) == TEXT
    )
    assert lake.ada.get("/positions").data == []


def test_a_form_sent_after_the_sign_in_ran_out_is_carried_along(lake: Lake) -> None:
    answer = send(lake.stranger, DESK, {"summary": "typed before", "do": "publish"})
    assert answer.status_code == 401 and "typed before" in answer.text


def test_words_of_a_text_that_was_replaced_are_told(lake: Lake) -> None:
    lake.ada.patch("/sources/1", {"text": "New. " + TEXT})
    page = lake.ada.page(DESK, **place(WORDS))
    assert "replaced in the meantime" in text_of(page, "#position-form .notice")


def test_without_a_text_quotes_are_listed_and_its_text_asked_for(lake: Lake) -> None:
    source = lake.ada.source(title="Textless")
    lake.ada.state(quotes=[quote("Anything at all", source_id=source["id"])])
    page = lake.ada.page(f"/n/lake/desk/{source['id']}")
    assert "Anything at all" in page.text and "Save its text" in page.text


def test_the_work_list_tells_what_is_to_be_read(lake: Lake) -> None:
    lake.ada.source(title="Unread")
    lake.ada.state(quotes=[quote()])
    rows = [
        " ".join(r.text().split())
        for r in LexborHTMLParser(lake.ada.page("/n/lake/desk").text).css("tbody tr")
    ]
    assert "to read" in rows[0] and "Unread" in rows[0] and "add it" in rows[0]
    assert "coded" in rows[1] and "Talks resume" in rows[1]
    lake.ada.draft("north", "dam", quotes=[quote(OTHER_WORDS)])
    assert "in progress" in lake.ada.page("/n/lake/desk").text


def test_odd_addresses_are_explained(lake: Lake) -> None:
    assert lake.ada.page("/n/nowhere/desk/1").status_code == 404
    assert lake.ada.page("/n/lake/desk/99").status_code == 404
    assert lake.ada.page(DESK, start="x").status_code == 422
    assert lake.ada.page(DESK, start=-5, end=10**9).status_code == 200
    assert lake.ada.page(DESK, start=10**30, end=10**30).status_code == 200


def test_the_last_speaker_is_offered_and_taken_over_by_one_link(lake: Lake) -> None:
    assert "As in the last quote" not in lake.ada.page(DESK, **place(OTHER_WORDS)).text
    lake.ada.state(quotes=[quote(speaker={"name": "Mara Venn"})])
    page = lake.ada.page(DESK, **place(OTHER_WORDS))
    link = LexborHTMLParser(page.text).css_first("[data-alike]")
    assert link.text() == "As in the last quote: Mara Venn, Northshore, speaker’s own words"
    assert fields(page)["party"] == "south"  # only offered
    taken = lake.ada.page(link.attributes["href"] or "")
    got = fields(taken)
    assert (got["party"], got["q-0-speaker"], got["q-0-kind"]) == ("north", "Mara Venn", "direct")
    assert got["q-0-exact"] == OTHER_WORDS
    assert "As in the last quote" not in taken.text


def test_hearsay_offers_no_speaker_for_the_next_quote(lake: Lake) -> None:
    lake.ada.state(quotes=[quote(speaker={"name": "Tol Ibarra", "party": "south"})])
    assert "As in the last quote" not in lake.ada.page(DESK, **place(OTHER_WORDS)).text
