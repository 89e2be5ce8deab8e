"""Test the form without scripts: what is sent is stored, and no typed text is lost."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.factories import NOWHERE, OTHER_WORDS, TWICE, WORDS, position, quote
from tests.support.fixtures import Lake
from tests.support.forms import Sheet

NEW = "/n/lake/positions/new"
GIVEN = {
    "q__0__exact": WORDS,
    "q__0__speaker": "Mara Venn",
    "o__q40": "prefers",
    "firmness": "demand",
    "summary": "All.",
}


def new(lake: Lake, **query: str) -> Sheet:
    return Sheet.open(lake.ada, NEW, **{"party": "north", "issue": "quota", "source": "1", **query})


def stated(lake: Lake, **more: object) -> int:
    return lake.ada.post("/positions", position(quotes=[quote(speaker="Mara Venn")], **more)).data[
        "id"
    ]


def read(lake: Lake, number: int) -> dict[str, object]:
    return lake.ada.get(f"/positions/{number}").data


def test_what_is_sent_is_what_is_stored(lake: Lake) -> None:
    sheet = new(lake).send(
        "publish",
        **GIVEN,
        c__q40="only if the survey is done",
        i__q40="1",
        o__q20="rejects",
        stated_on="14 May 2024",
        q__0__said_on="May 2024",
        q__0__language="en",
        salience="70",
    )
    found = read(lake, sheet.number)
    meant = {
        "party": "north", "issue": "quota", "status": "published", "summary": "All.",
        "firmness": "demand", "act": "states", "salience": 70, "stated_on": "2024-05-14",
    }  # fmt: skip
    assert {k: found[k] for k in meant} == meant
    assert found["attitudes"] == {"q20": "rejects", "q40": "prefers"}
    assert found["conditions"] == {"q40": "only if the survey is done"}
    assert found["inferred"] == ["q40"]
    [kept] = found["quotes"]
    assert (kept["exact"], kept["verification"], kept["said_on"]) == (WORDS, "verified", "2024-05")
    assert kept["speaker"] == {"name": "Mara Venn", "office": "Minister", "party": "north"}
    assert "Published" in sheet.follow().text("h1")


def test_the_same_form_twice_writes_once(lake: Lake) -> None:
    sheet = new(lake)
    first, second = sheet.send("publish", **GIVEN), sheet.send("publish", **GIVEN)
    assert first.number == second.number
    assert len(lake.ada.get("/positions").data) == 1


def test_the_same_words_from_another_rendering_are_asked_about(lake: Lake) -> None:
    first = new(lake).send("publish", **GIVEN)
    back = new(lake).send("publish", **GIVEN)
    assert back.status == 409
    assert f"position {first.number}" in back.text(".notice")
    assert back.values["summary"] == "All."
    assert len(lake.ada.get("/positions").data) == 1
    assert back.send("publish").number != first.number


def test_what_else_the_same_form_says_then_is_asked_about(lake: Lake) -> None:
    sheet = new(lake)
    first = sheet.send("publish", **GIVEN)
    again = sheet.send("publish", **GIVEN | {"summary": "Others."})
    assert (again.status, again.values["summary"]) == (409, "Others.")
    second = again.send("publish")
    assert second.number != first.number


def test_mistakes_keep_everything_and_are_named_twice(lake: Lake) -> None:
    sheet = new(lake).send(
        "publish", **GIVEN | {"o__q20": "prefers", "stated_on": "3/4/2025", "salience": "very"}
    )
    assert sheet.status == 422
    assert set(sheet.problems) == {"stated_on", "salience"}
    assert sheet.text("title").startswith("Error: ")
    for name, words in sheet.problems.items():
        assert words in sheet.text(f"#error-{name}")
    assert (sheet.values["stated_on"], sheet.values["salience"], sheet.values["o-q40"]) == (
        "3/4/2025",
        "very",
        "prefers",
    )
    again = sheet.send("publish", stated_on="", salience="")
    assert list(again.problems) == ["attitudes"]
    assert not lake.ada.get("/positions").data


def test_nothing_typed_at_all(lake: Lake) -> None:
    sheet = Sheet.open(lake.ada, NEW).send("publish")
    assert sheet.status == 422
    assert sheet.problems == {
        "party": "Party: choose the party",
        "issue": "Issue: choose the issue",
    }
    chosen = sheet.send("publish", party="north", issue="quota")
    assert list(chosen.problems) == ["q-0-exact"]


def test_words_that_do_not_occur_stay_in_a_draft_and_are_taken_over(lake: Lake) -> None:
    wrong = WORDS.replace("forty", "fourty")
    sheet = new(lake).send("publish", **GIVEN | {"q__0__exact": wrong})
    assert list(sheet.problems) == ["q-0-exact"]
    assert "does not occur" in sheet.text(".checked")
    assert sheet.text(".closest del") == "fourty"
    taken = sheet.send("take-0")
    assert taken.values["q-0-exact"] == WORDS
    assert taken.send("publish").number
    draft = new(lake).send("draft", **GIVEN | {"q__0__exact": NOWHERE})
    assert read(lake, draft.number)["status"] == "draft"


def test_context_that_does_not_fit_is_told_from_words_that_do_not_occur(lake: Lake) -> None:
    sheet = new(lake, exact=WORDS, prefix="Nobody said:").send("check-0")
    assert "not beside" in sheet.text(".checked")
    assert "verified" in sheet.send("take-0").text(".words")


def test_a_repeated_passage_is_told_apart_by_the_words_before(lake: Lake) -> None:
    sheet = new(lake, exact=TWICE).send("check-0")
    assert "more than once" in sheet.text(".checked")
    assert "text around it" in sheet.send("check-0", q__0__prefix="Asked again: “").text(".words")


def test_several_quotes_are_added_and_removed(lake: Lake) -> None:
    sheet = new(lake).send("add-quote", **GIVEN)
    assert sheet.values["q-1-speaker"] == "Mara Venn"
    sheet = sheet.send("add-quote", q__1__exact=OTHER_WORDS)
    assert "q-2-exact" in sheet.values
    sheet = sheet.send("drop-1")
    assert "q-1-exact" not in sheet.values
    found = read(lake, sheet.send("publish", q__2__exact=OTHER_WORDS).number)
    assert [q["exact"] for q in found["quotes"]] == [WORDS, OTHER_WORDS]
    assert [q["source"]["id"] for q in found["quotes"]] == [1, 1]


@pytest.mark.parametrize(
    "typed",
    ["Talks resume, 14 May 2024 [1]", "talks", "https://news.example/lake?utm_source=x", "[1]"],
)
def test_a_source_is_found_by_what_people_type(lake: Lake, typed: str) -> None:
    sheet = Sheet.open(lake.ada, NEW, party="north", issue="quota").send(
        "publish", **GIVEN, q__0__source=typed
    )
    assert read(lake, sheet.number)["quotes"][0]["source"]["id"] == 1


def test_a_source_that_is_not_there_is_put_on_file_in_place(lake: Lake) -> None:
    text = "Tol Ibarra said: we will not pay."
    fields = {
        "q__0__exact": "we will not pay", "q__0__new_title": "A note",
        "q__0__new_url": "https://news.example/note", "q__0__new_published_on": "1 June 2024",
        "q__0__new_text": text,
    }  # fmt: skip
    unknown = Sheet.open(lake.ada, NEW, party="south", issue="dam").send(
        "publish", q__0__exact="x", q__0__source="Nowhere"
    )
    assert "not in Parley" in unknown.problems["q-0-source"]
    sheet = Sheet.open(lake.ada, NEW, party="south", issue="dam").send(
        "publish", **fields, o__open="rejects"
    )
    [kept] = read(lake, sheet.number)["quotes"]
    assert (kept["source"]["title"], kept["verification"]) == ("A note", "verified")
    taken = Sheet.open(lake.ada, NEW, party="south", issue="dam").send(
        "draft", **fields, summary="more"
    )
    assert "already in Parley" in taken.problems["q-0-new_url"]
    assert taken.values["q-0-new_text"] == text


def test_a_name_in_another_spelling_is_asked_about(lake: Lake) -> None:
    lake.ada.post(
        "/speakers", {"name": "Volodymyr Arensky", "party": "north", "aliases": ["Аренський"]}
    )
    for typed in ("Arenskyy", "Volodymyr Arenskiy", "Аренский"):
        refused = new(lake).send("publish", **{**GIVEN, "q__0__speaker": typed})
        assert refused.status == 422 and f"no speaker '{typed}'" in refused.problems["q-0-speaker"]
        buttons = [b.text(strip=True) for b in refused.html.css(".steps button")]
        assert (
            "Did you mean Volodymyr Arensky?" in buttons
            and f"Add “{typed}” as a new speaker" in buttons
        )
        meant = refused.send("meant-0")
        assert (meant.values["q-0-speaker"], meant.values["q-0-exact"]) == (
            "Volodymyr Arensky",
            WORDS,
        )
    assert (
        read(lake, meant.send("publish").number)["quotes"][0]["speaker"]["name"]
        == "Volodymyr Arensky"
    )


def test_a_new_speaker_is_added_by_a_button_in_the_message(lake: Lake) -> None:
    refused = new(lake).send("publish", **{**GIVEN, "q__0__speaker": "Quill Ostrander"})
    assert not [b for b in refused.html.css(".steps button") if "Did you mean" in b.text()]
    added = refused.send("new-speaker-0")
    assert added.values["q-0-speaker_new"] == "1" and added.values["summary"] == "All."
    assert (
        read(lake, added.send("publish").number)["quotes"][0]["speaker"]["name"]
        == "Quill Ostrander"
    )


def test_direct_words_without_a_speaker_ask_for_one(lake: Lake) -> None:
    for kind, asks in (("direct", True), ("reported", False)):
        sent = {**GIVEN, "q__0__speaker": "", "q__0__kind": kind}
        saved = new(lake).send("publish", **sent).follow()
        assert ("who said this?" in saved.text("main")) == asks


def test_a_speaker_that_is_not_there_is_put_on_file_in_place(lake: Lake) -> None:
    sheet = new(lake).send("publish", **GIVEN | {"q__0__speaker": "Nobody Known"})
    assert "Nobody Known" in sheet.problems["q-0-speaker"]
    found = read(lake, sheet.send("publish", q__0__office="Deputy").number)
    assert found["quotes"][0]["speaker"] == {
        "name": "Nobody Known",
        "office": "Deputy",
        "party": "north",
    }


def test_links_and_options_follow_the_issue(lake: Lake) -> None:
    sheet = Sheet.open(lake.ada, NEW, party="north").send("see-issue", issue="dam")
    assert "o-shared" in sheet.values
    assert "o-q40" not in sheet.values
    sheet = sheet.send("add-link").send(
        "reject-others", o__closed="prefers", l__0__to="quota/q40", l__0__kind="package"
    )
    assert (sheet.values["o-open"], sheet.values["o-shared"]) == ("rejects", "rejects")
    found = read(lake, sheet.send("publish", q__0__exact=WORDS, q__0__source="[1]").number)
    assert found["links"] == [{"issue": "quota", "option": "q40", "kind": "package"}]


def test_the_party_moved_starts_from_what_it_held(lake: Lake) -> None:
    before = stated(
        lake,
        conditions={"q40": "only if so"},
        links=[{"issue": "dam", "option": None, "kind": "sequence"}],
    )
    sheet = Sheet.open(lake.ada, f"/positions/{before}/move")
    assert (sheet.values["o-q40"], sheet.values["c-q40"], sheet.values["l-0-to"]) == (
        "prefers",
        "so",
        "dam",
    )
    assert sheet.values["q-0-keep"] == "1"
    undated = sheet.send("publish")
    assert list(undated.problems) == ["stated_on"]
    moved = sheet.send(
        "publish", o__q30="accepts", stated_on="2024-05-20", q__1__exact=TWICE, q__1__source="[1]"
    )
    after = read(lake, moved.number)
    assert moved.number != before
    assert after["attitudes"] == {"q30": "accepts", "q40": "prefers"}
    assert [q["exact"] for q in after["quotes"]] == [WORDS, TWICE]
    assert after["quotes"][0]["id"] == read(lake, before)["quotes"][0]["id"]
    assert read(lake, before)["version"] == 1


@pytest.mark.parametrize("typed", ["only if so", "so"])
def test_only_if_stands_before_the_field_and_no_save_rewords_a_condition(
    lake: Lake, typed: str
) -> None:
    number = stated(lake, conditions={"q40": typed})
    sheet = Sheet.open(lake.ada, f"/positions/{number}/correct")
    field = sheet.html.css_first("#field-c-q40")
    assert field and (
        field.attributes["value"],
        "only" in (field.attributes["placeholder"] or ""),
    ) == ("so", False)
    assert sheet.text("label[for=field-c-q40]") == "only if"
    assert "only if" not in sheet.text("#difference")
    sheet.send("publish", reason="the demand was firmer", firmness="demand")
    sheet.send("publish", reason="typed as it is shown", firmness="demand", c__q40="Only if  so")
    moved = Sheet.open(lake.ada, f"/positions/{number}/move").send(
        "publish", stated_on="2024-05-20"
    )
    assert [read(lake, n)["conditions"] for n in (number, moved.number)] == [{"q40": typed}] * 2
    assert lake.ada.get("/negotiations/lake/changes").data[-1]["kind"] == "restated"


def test_the_record_was_wrong_takes_a_reason_and_shows_the_difference(lake: Lake) -> None:
    number = stated(lake)
    sheet = Sheet.open(lake.ada, f"/positions/{number}/correct").send(
        "publish", firmness="red_line"
    )
    assert sheet.problems == {"reason": "Reason: say what was wrong"}
    assert "red line" in sheet.text("#difference")
    saved = sheet.send("publish", reason="She said never").follow()
    assert "red line" in saved.text(".changes")
    found = read(lake, number)
    assert (found["version"], found["firmness"], found["reason"], found["action"]) == (
        2, "red_line", "She said never", "corrected",
    )  # fmt: skip


def test_a_correction_that_only_says_something_else_leaves_the_dates(lake: Lake) -> None:
    number = stated(lake, stated_by="2024-05-14")
    before = read(lake, number)
    Sheet.open(lake.ada, f"/positions/{number}/correct").send(
        "publish", summary="Other", reason="x"
    )
    after = read(lake, number)
    dates = ("stated_on", "stated_from", "stated_by", "quotes", "attitudes")
    assert {k: after[k] for k in dates} == {k: before[k] for k in dates}
    nothing = Sheet.open(lake.ada, f"/positions/{number}/correct").send("publish", reason="y")
    assert nothing.status == 303
    assert read(lake, number)["version"] == 2


def test_the_words_of_a_quote_are_corrected_by_a_new_quote(lake: Lake) -> None:
    number = stated(lake)
    [old] = read(lake, number)["quotes"]
    sheet = Sheet.open(lake.ada, f"/positions/{number}/correct").send("requote-0")
    assert sheet.values["q-0-exact"] == WORDS
    sheet.send("publish", q__0__exact="forty per cent and not one drop less", reason="too long")
    [new_one] = read(lake, number)["quotes"]
    assert new_one["id"] != old["id"]
    assert new_one["speaker"] == old["speaker"]
    assert lake.ada.get(f"/quotes/{old['id']}").status == 200


def test_an_old_version_is_brought_back_as_a_new_one(lake: Lake) -> None:
    number = stated(lake, summary="First")
    lake.ada.patch(f"/positions/{number}", {"summary": "Second", "attitudes": {"q40": None}})
    page = lake.ada.page(f"/positions/{number}/versions/1")
    link = LexborHTMLParser(page.text).css_first(f'a[href="/positions/{number}/correct?from=1"]')
    assert link is not None
    sheet = Sheet.open(lake.ada, f"/positions/{number}/correct", **{"from": "1"})
    assert sheet.values["reason"] == "Brought back version 1"
    sheet.send("publish")
    found = read(lake, number)
    assert (found["version"], found["summary"], found["attitudes"]) == (
        3,
        "First",
        {"q40": "prefers"},
    )


def test_two_editors_merge_and_nothing_is_lost(lake: Lake) -> None:
    number = stated(lake, summary="Old")
    sheet = Sheet.open(lake.ada, f"/positions/{number}/correct")
    lake.bo.patch(
        f"/positions/{number}",
        {"firmness": "red_line", "summary": "Theirs", "reason": "bo was here"},
    )
    stale = sheet.send("publish", summary="Mine", o__q20="rejects", reason="mine")
    assert stale.status == 412
    assert "bo was here" in stale.text(".problem")
    assert (stale.values["pick-summary"], stale.values["pick-firmness"],
            stale.values["pick-o-q20"]) == (
        "mine", "theirs", "mine",
    )  # fmt: skip
    merged = stale.send("publish")
    assert merged.number == number
    found = read(lake, number)
    assert (found["version"], found["summary"], found["firmness"]) == (3, "Mine", "red_line")
    assert found["attitudes"] == {"q20": "rejects", "q40": "prefers"}
    assert stale.send("publish").number == number
    assert read(lake, number)["version"] == 3


def test_a_third_editor_in_the_middle_of_a_merge(lake: Lake) -> None:
    number = stated(lake, summary="Old")
    sheet = Sheet.open(lake.ada, f"/positions/{number}/correct")
    lake.bo.patch(f"/positions/{number}", {"summary": "Theirs"})
    stale = sheet.send("publish", salience="30", reason="mine")
    lake.bo.patch(f"/positions/{number}", {"summary": "Theirs again", "firmness": "demand"})
    again = stale.send("publish")
    assert again.status == 412
    looked = again.send("refresh")
    assert (looked.status, looked.values["summary"], looked.values["salience"]) == (
        200,
        "Theirs again",
        "30",
    )
    looked.send("publish")
    found = read(lake, number)
    assert (found["version"], found["firmness"], found["salience"]) == (4, "demand", 30)


def test_what_was_retracted_meanwhile_keeps_what_was_typed(lake: Lake) -> None:
    number = stated(lake)
    sheet = Sheet.open(lake.ada, f"/positions/{number}/correct")
    lake.bo.retract(number)
    late = sheet.send("publish", summary="Mine", reason="x")
    assert (late.status, late.values["summary"]) == (409, "Mine")


def test_a_draft_is_gone_on_with_published_discarded_and_brought_back(lake: Lake) -> None:
    draft = new(lake).send("draft", **GIVEN)
    number = draft.number
    assert lake.stranger.page(f"/positions/{number}").status_code == 404
    assert f"/positions/{number}/correct" in lake.ada.page("/n/lake/drafts").text
    sheet = Sheet.open(lake.ada, f"/positions/{number}/correct")
    kept = sheet.send("draft", summary="Better")
    assert read(lake, kept.number)["version"] == 2
    gone = Sheet.open(lake.ada, f"/positions/{number}/retract").send("retract")
    assert gone.status == 303
    assert f"/positions/{number}/correct" not in lake.ada.page("/n/lake/drafts").text
    back = Sheet.open(lake.ada, f"/positions/{number}/restore")
    assert back.send("draft").status == 422
    assert back.send("draft", reason="needed").status == 303
    assert read(lake, number)["status"] == "draft"
    Sheet.open(lake.ada, f"/positions/{number}/correct").send("publish")
    found = read(lake, number)
    assert (found["status"], found["summary"], found["action"]) == (
        "published",
        "Better",
        "published",
    )


def test_retracting_and_restoring_take_a_reason_and_the_version_that_was_seen(lake: Lake) -> None:
    number = stated(lake)
    sheet = Sheet.open(lake.ada, f"/positions/{number}/retract")
    assert sheet.send("retract").problems == {"reason": "Enter a reason"}
    lake.bo.patch(f"/positions/{number}", {"summary": "Newer"})
    assert sheet.send("retract", reason="wrong party").status == 412
    assert (
        Sheet.open(lake.ada, f"/positions/{number}/retract")
        .send("retract", reason="wrong party")
        .status
        == 303
    )
    assert read(lake, number)["status"] == "retracted"
    assert (
        Sheet.open(lake.ada, f"/positions/{number}/restore").send("publish", reason="right").status
        == 303
    )
    found = read(lake, number)
    assert (found["status"], found["action"]) == ("published", "restored")


def test_a_sign_in_that_ran_out_loses_nothing(lake: Lake) -> None:
    sheet = new(lake)
    out = Sheet(lake.stranger, sheet.status, sheet.html, sheet.action, sheet.values)
    login = out.send("publish", **GIVEN)
    assert (login.status, login.action) == (401, "/login")
    assert WORDS in login.values["carry"]
    assert "password" in login.values
    assert not lake.ada.get("/positions").data


WAYS = [
    "/n/lake/positions/new",
    "/positions/1/move",
    "/positions/1/correct",
    "/positions/1/retract",
    "/n/lake/drafts",
]
LOOKUPS = ["/lookup/sources?q=talks", "/lookup/speakers?q=mara", "/positions/1/saved"]


def test_only_editors_get_here(lake: Lake) -> None:
    stated(lake)
    for path in WAYS + LOOKUPS:
        assert lake.ada.page(path).status_code == 200, path
        assert lake.vic.page(path).status_code == 403, path
        away = lake.stranger.page(path)
        assert (away.status_code, away.headers["location"].startswith("/login?next=")) == (
            303,
            True,
        ), path
    for path in (*WAYS[:4], "/quotes/check-fragment", "/positions/span-fragment"):
        sent = lake.vic.client.post(
            path, data={"do": "publish"}, headers={"Authorization": f"Bearer {lake.vic.token}"}
        )
        assert sent.status_code == 403, path
    assert lake.ada.get("/positions/1").data["version"] == 1


def test_look_ups_know_other_spellings_and_the_party_comes_first(lake: Lake) -> None:
    lake.ada.post("/speakers", {"name": "Mara Other", "office": "Clerk", "party": "south"})
    found = LexborHTMLParser(lake.ada.page("/lookup/speakers", q="mara", party="south").text)
    assert [o.attributes["value"] for o in found.css("option")] == ["Mara Other", "Mara Venn"]
    found = LexborHTMLParser(lake.ada.page("/lookup/speakers", **{"q-0-speaker": "M. Venn"}).text)
    assert [o.attributes["value"] for o in found.css("option")] == ["Mara Venn"]
    found = LexborHTMLParser(
        lake.ada.page("/lookup/sources", **{"q-3-source": "resume news.example"}).text
    )
    assert [o.attributes["value"] for o in found.css("option")] == ["Talks resume, 14 May 2024 [1]"]
    assert lake.ada.page("/lookup/sources", q="100% \\ _").status_code == 200


@pytest.mark.parametrize(
    "odd",
    [
        {"q-0-id": "9" * 30, "q-0-keep": "1"}, {"q-0-source_id": "99999999999999999999"},
        {"o-Ü": "prefers"}, {"o-q40": "loves"}, {"act": "sings"}, {"l-0-to": "x/y/z"},
        {"summary": "\x00"}, {"token": "x" * 5000},
        {"q-0-exact": "\x00"}, {"version": "-1"}, {"do": "drop-999"}, {"sure": "x"},
        {"q-0-source": "[" * 2000},
        {"party": "nobody"}, {"stated_from": "2024"},
        {"q-0-new_title": "T", "q-0-source": "", "q-0-source_id": ""},
    ],
)  # fmt: skip
def test_nothing_sent_in_breaks_it(lake: Lake, odd: dict[str, str]) -> None:
    number = stated(lake)
    for sheet in (new(lake, exact=WORDS), Sheet.open(lake.ada, f"/positions/{number}/correct")):
        for do in ("publish", "refresh", "requote-0", "take-0"):
            assert sheet.post(odd.get("do", do), {**sheet.values, **odd}).status < 500, odd


def test_in_a_reviewed_negotiation_a_second_person_publishes(lake: Lake) -> None:
    lake.root.patch("/negotiations/lake", {"review": True})
    sheet = new(lake)
    assert not sheet.html.css("button[value=publish]")
    number = sheet.send("draft", **GIVEN).number
    assert sheet.send("publish", **GIVEN | {"summary": "x"}).status in (403, 409)
    own = Sheet.open(lake.ada, f"/positions/{number}/correct")
    assert not own.html.css("button[value=publish]")
    other = Sheet.open(lake.bo, f"/positions/{number}/correct")
    assert other.send("publish").status == 303
    assert read(lake, number)["status"] == "published"


@pytest.mark.parametrize(
    ("address", "place", "words"),
    [
        ("/positions/{}", ".tied", "on condition of{issue}: {option}"),
        (
            "/n/lake/cells/north/quota",
            ".needs p",
            "Northshore’s position holds only with “{option}” of{issue}.",
        ),
    ],
)
def test_a_link_is_shown_in_the_words_of_the_code_book(
    lake: Lake, address: str, place: str, words: str
) -> None:
    number = stated(lake, links=[{"issue": "dam", "option": "open", "kind": "condition"}])
    issue = next(i for i in lake.ada.get("/negotiations/lake").data["issues"] if i["slug"] == "dam")
    label = next(o["label"] for o in issue["options"] if o["slug"] == "open")
    shown = LexborHTMLParser(lake.ada.client.get(address.format(number)).text).css_first(place)
    assert shown.text(strip=True) == words.format(issue=issue["title"], option=label)


def test_what_was_done_is_said_on_the_next_page_to_editors_alone(lake: Lake) -> None:
    number = stated(lake)
    for act, words in (("retract", "Retracted. It counts nowhere"), ("restore", "Restored. It")):
        done = Sheet.open(lake.ada, f"/positions/{number}/{act}").send(act, reason="Помилка")
        assert done.status == 303 and done.location
        assert words in lake.ada.page(done.location).text
        assert words not in lake.stranger.page(done.location).text
    assert "told-last" not in lake.ada.page(f"/positions/{number}?told=anything").text


def test_a_position_that_says_nothing_asks_what_is_wanted(lake: Lake) -> None:
    for summary, asks in (("", True), ("Has no view.", False)):
        sent = {name: value for name, value in GIVEN.items() if not name.startswith("o__")}
        saved = new(lake).send("publish", **{**sent, "summary": summary}).follow()
        assert ("what does it want?" in saved.text("main")) == asks
