"""Test negotiations, parties, participations and speakers: POST, PATCH and refusals."""

from typing import Any

import pytest

from tests.support.factories import OTHER_WORDS, TEXT, position, quote
from tests.support.fixtures import Lake
from tests.support.forms import Sheet

MADE: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    (
        "/negotiations",
        {"slug": "n", "title": "N"},
        {"status": "ongoing", "summary": None, "parties": [], "issues": []},
    ),
    ("/parties", {"slug": "p", "name": "P"}, {"short_name": None, "aliases": [], "kind": None}),
    ("/speakers", {"office": "Clerk"}, {"name": None, "party": None, "aliases": []}),
    ("/sources", {"title": "S", "reference": "Archive, box 3"}, {"url": None, "text_sha256": None}),
    (
        "/negotiations/lake/issues",
        {"slug": "i", "title": "I"},
        {"ordered": False, "options": [], "order": 3},
    ),
]


def test_what_is_left_out_has_a_default(lake: Lake, subtests: pytest.Subtests) -> None:
    for path, body, more in MADE:
        with subtests.test(path):
            got = lake.ada.post(path, body)
            assert got.status == 201
            assert got.data.items() >= (body | more).items()
            again = lake.stranger.ask("GET", got.headers["location"].removeprefix("/api/v1"))
            assert (again.data, again.etag) == (got.data, got.etag)


@pytest.mark.parametrize(
    ("role", "consent"),
    [(..., True), ("principal", True), ("mediator", False), ("observer", False)],
)
def test_consent_is_required_of_principals_unless_said_otherwise(
    lake: Lake, role: Any, consent: bool
) -> None:
    lake.ada.party("east")
    body = {"party": "east"} | ({} if role is ... else {"role": role})
    got = lake.ada.post("/negotiations/lake/parties", body).data
    assert (got["role"], got["consent_required"]) == ("principal" if role is ... else role, consent)
    assert lake.ada.patch(
        "/negotiations/lake/parties/east", {"consent_required": not consent}
    ).data["consent_required"] == (not consent)


REFUSED: list[tuple[str, Any, int, set[str]]] = [
    ("/negotiations", {"slug": "lake", "title": "Again"}, 409, set()),
    ("/parties", {"slug": "north", "name": "Again"}, 409, set()),
    ("/negotiations/lake/parties", {"party": "north"}, 409, set()),
    ("/negotiations/lake/issues", {"slug": "quota", "title": "Again"}, 409, set()),
    ("/speakers", {"name": "Mara Venn", "office": "Minister", "party": "north"}, 409, set()),
    ("/negotiations", {"title": "No slug"}, 422, {"/slug"}),
    ("/negotiations", {"slug": "n"}, 422, {"/title"}),
    ("/negotiations", {"slug": "n", "title": None}, 422, {"/title"}),
    ("/negotiations", {"slug": "n", "title": " "}, 422, {"/title"}),
    ("/negotiations", {"slug": "n", "title": "N", "status": "over"}, 422, {"/status"}),
    ("/negotiations", {"slug": "n", "title": "N", "status": None}, 422, {"/status"}),
    (
        "/negotiations",
        {"slug": "n", "title": "N", "coded_through": "2024-05"},
        422,
        {"/coded_through"},
    ),
    ("/negotiations", {"slug": "n", "title": "N", "colour": "red"}, 422, {"/colour"}),
    ("/negotiations", {"slug": "N", "title": "N"}, 422, {"/slug"}),
    ("/negotiations", {"slug": "n--n", "title": "N"}, 422, {"/slug"}),
    ("/negotiations", {"slug": "n-", "title": "N"}, 422, {"/slug"}),
    ("/negotiations", {"slug": "n" * 81, "title": "N"}, 422, {"/slug"}),
    ("/negotiations", {"slug": "ñ", "title": "N"}, 422, {"/slug"}),
    ("/negotiations", {"slug": "n\n", "title": "N"}, 422, {"/slug"}),
    ("/negotiations", [], 422, {""}),
    ("/parties", {"slug": "p", "name": "P", "aliases": None}, 422, {"/aliases"}),
    ("/parties", {"slug": "p", "name": "P\x00"}, 422, {"/name"}),
    ("/parties", {"slug": "p", "name": "P", "id": 7}, 422, {"/id"}),
    ("/parties", {"slug": "p", "name": "P", "wikidata_id": "x"}, 422, {"/wikidata_id"}),
    ("/negotiations/lake/parties", {"party": "nobody"}, 422, {"/party"}),
    ("/negotiations/lake/parties", {}, 422, {"/party"}),
    ("/negotiations/nowhere/parties", {"party": "north"}, 404, set()),
    ("/negotiations/nowhere/issues", {"slug": "i", "title": "I"}, 404, set()),
    ("/speakers", {"party": "north"}, 422, {""}),
    ("/speakers", {"name": "X", "party": "nobody"}, 422, {"/party"}),
    ("/sources", {"title": "T"}, 422, {""}),
    ("/sources", {"url": "https://x.test"}, 422, {"/title"}),
    ("/sources", {"title": "T", "url": "javascript:alert(1)"}, 422, {"/url"}),
    ("/sources", {"title": "T", "url": "//x.test"}, 422, {"/url"}),
    (
        "/sources",
        {"title": "T", "reference": "r", "archive_url": "ftp://x.test"},
        422,
        {"/archive_url"},
    ),
    (
        "/sources",
        {"title": "T", "reference": "r", "published_on": "2024-13"},
        422,
        {"/published_on"},
    ),
    ("/sources", {"title": "T", "reference": "r", "text": ""}, 422, {"/text"}),
    ("/sources", {"title": "T", "reference": "r", "text_sha256": "x"}, 422, {"/text_sha256"}),
]


def test_what_is_not_so_is_refused_by_name(lake: Lake, subtests: pytest.Subtests) -> None:
    before = lake.ada.get("/negotiations").meta["revision"]
    for path, body, status, where in REFUSED:
        with subtests.test(f"{path} {body}"):
            refused = lake.ada.post(path, body)
            assert (refused.status, refused.faults) == (status, where)
    assert lake.ada.get("/negotiations").meta["revision"] == before


ONE_OF_EACH = (
    "/negotiations/lake", "/negotiations/lake/parties/north", "/negotiations/lake/issues/quota",
    "/parties/north", "/speakers/1", "/sources/1",
)  # fmt: skip


@pytest.mark.parametrize("path", ONE_OF_EACH)
def test_the_whole_sent_back_changes_nothing(lake: Lake, path: str) -> None:
    was = lake.ada.get(path)
    got = lake.ada.patch(path, was.data)
    assert (got.status, got.json.get("data")) == (200, was.data)
    assert got.meta == was.meta


@pytest.mark.parametrize("path", ONE_OF_EACH)
def test_a_patch_takes_a_version_and_a_reason(lake: Lake, path: str) -> None:
    etag = lake.ada.get(path).etag
    assert lake.ada.patch(path, {"nonsense": 1, "reason": ...}, etag=None).status == 428
    assert lake.ada.patch(path, {"nonsense": 1}, etag='"v99-r1-00000000"').status == 412
    refused = lake.ada.patch(path, {"nonsense": 1}, etag=etag)
    assert (refused.status, refused.faults) == (422, {"/nonsense"})
    field = {
        "/parties/north": "name",
        "/speakers/1": "name",
        "/negotiations/lake/parties/north": "order",
    }.get(path, "title")
    value: Any = 77 if field == "order" else "Renamed"
    refused = lake.ada.patch(path, {field: value, "reason": ...}, etag=etag)
    assert (refused.status, refused.faults) == (422, {"/reason"})
    for other in (lake.stranger, lake.vic):
        assert other.patch(path, {field: value}, etag=etag).status == (
            401 if other is lake.stranger else 403
        )
    got = lake.ada.patch(path, {field: value}, etag=etag)
    assert got.data[field] == value
    assert got.etag != etag and lake.ada.get(path).etag == got.etag


@pytest.mark.parametrize(
    ("path", "change", "where"),
    [
        ("/negotiations/lake", {"slug": "sea"}, "/slug"),
        ("/negotiations/lake", {"title": None}, "/title"),
        ("/negotiations/lake", {"review": None}, "/review"),
        ("/negotiations/lake", {"parties": []}, "/parties"),
        ("/parties/north", {"slug": "south"}, "/slug"),
        ("/parties/north", {"name": ""}, "/name"),
        ("/parties/north", {"aliases": [""]}, "/aliases/0"),
        ("/negotiations/lake/parties/north", {"party": "south"}, "/party"),
        ("/negotiations/lake/parties/north", {"name": "Other"}, "/name"),
        ("/negotiations/lake/parties/north", {"role": None}, "/role"),
        ("/negotiations/lake/parties/north", {"consent_required": None}, "/consent_required"),
        ("/negotiations/lake/parties/north", {"order": None}, "/order"),
        ("/speakers/1", {"id": 2}, "/id"),
        ("/speakers/1", {"uid": "x"}, "/uid"),
        ("/speakers/1", {"party": "nobody"}, "/party"),
        ("/sources/1", {"text_sha256": "x"}, "/text_sha256"),
        ("/sources/1", {"uid": None}, "/uid"),
        ("/sources/1", {"title": None}, "/title"),
    ],
    ids=str,
)
def test_what_cannot_be_changed_is_refused_by_name(
    lake: Lake, path: str, change: Any, where: str
) -> None:
    refused = lake.ada.patch(path, change)
    assert (refused.status, refused.faults) == (422, {where})


def test_a_second_source_with_the_same_address_names_the_first(
    lake: Lake, subtests: pytest.Subtests
) -> None:
    first = lake.ada.source(url="https://News.Example/a?b=1")
    for url in (
        "https://news.example/a?b=1", "https://news.example:443/a?b=1", "https://news.example/a?b=1#part",
        "https://news.example/a?b=1&utm_source=mail",
    ):  # fmt: skip
        with subtests.test(url):
            refused = lake.ada.post("/sources", {"url": url, "title": "Again"})
            assert (refused.status, refused.json["source"]["id"]) == (409, first["id"])
            assert first["title"] in refused.json["detail"]
    assert (
        lake.ada.post("/sources", {"url": "https://news.example/a?b=2", "title": "Other"}).status
        == 201
    )
    assert lake.ada.patch("/sources/1", {"url": first["url"]}).status == 409


def test_texts_are_not_given_out(lake: Lake) -> None:
    for desk in lake.desks.values():
        got = desk.get("/sources/1")
        assert "Lake talks resume" not in got.body.decode()
        assert len(got.data["text_sha256"]) == 64


# --- speakers -------------------------------------------------------------------------------------


def said_by(lake: Lake, speaker: Any, party: str = "north") -> Any:
    answer = lake.ada.post("/positions", position(party, quotes=[quote(speaker=speaker)]))
    return (
        answer.data["quotes"][0]["speaker"]
        if answer.status == 201
        else (answer.status, answer.faults)
    )


NOT_ONE = (422, {"/quotes/0/speaker"})


def test_a_name_is_looked_up_in_the_position_s_party_first(lake: Lake) -> None:
    venn = {"name": "Mara Venn", "office": "Minister", "party": "north"}
    for name in ("Mara Venn", "mara venn", "M. Venn", " Mara  Venn "):
        assert said_by(lake, name) == venn, name
    # The speaker of another party, as long as only one has this name.
    assert said_by(lake, "Mara Venn", "south") == venn
    assert said_by(lake, "Nobody") == NOT_ONE
    lake.ada.post("/speakers", {"name": "Mara Venn", "party": "south"})
    assert said_by(lake, "Mara Venn") == venn
    assert said_by(lake, "Mara Venn", "south")["office"] is None
    assert said_by(lake, "Mara Venn", "council") == NOT_ONE
    lake.ada.post("/speakers", {"name": "Mara Venn", "office": "President", "party": "north"})
    assert said_by(lake, "Mara Venn") == NOT_ONE


def test_an_object_is_put_on_file_unless_one_equal_in_all_three_is_there(lake: Lake) -> None:
    def saved_text() -> int:
        return len(lake.stranger.get("/speakers").data)

    assert saved_text() == 2
    assert said_by(lake, {"name": "Mara Venn", "office": "Minister"})["party"] == "north"
    assert saved_text() == 2
    assert said_by(lake, {"name": "Mara Venn"}) == {
        "name": "Mara Venn",
        "office": None,
        "party": "north",
    }
    assert said_by(lake, {"office": "Minister"}) == {
        "name": None,
        "office": "Minister",
        "party": "north",
    }
    assert said_by(lake, {"office": "Minister", "party": "south"})["party"] == "south"
    assert said_by(lake, {"office": "Minister", "party": None})["party"] is None
    assert saved_text() == 6
    assert said_by(lake, {"office": "Minister"})["name"] is None
    assert saved_text() == 6
    assert said_by(lake, {"party": "north"}) == NOT_ONE
    assert said_by(lake, {"name": "X", "party": "nobody"}) == (422, {"/quotes/0/speaker/party"})


def test_a_speaker_whom_only_a_draft_names_is_not_public(lake: Lake) -> None:
    draft = lake.ada.draft(quotes=[quote(speaker={"name": "Zebrawood"})])
    assert lake.stranger.get("/speakers/3").status == 404
    assert len(lake.stranger.get("/speakers").data) == 2
    # Editors see other editors' drafts.
    assert said_by(lake, "Zebrawood")["name"] == "Zebrawood"
    assert lake.stranger.get("/speakers/3").status == 200
    assert draft["quotes"][0]["speaker"]["name"] == "Zebrawood"


def test_a_quote_may_be_without_a_speaker(lake: Lake) -> None:
    assert said_by(lake, None) is None


# --- review ---------------------------------------------------------------------------------------


@pytest.fixture
def reviewed(lake: Lake) -> Lake:
    """Require review in the lake."""
    assert lake.root.patch("/negotiations/lake", {"review": True}).status == 200
    return lake


def test_a_second_person_publishes(reviewed: Lake) -> None:
    assert reviewed.ada.post("/positions", position(status="published")).status == 403
    draft = reviewed.ada.post("/positions", position()).data
    assert draft["status"] == "draft"
    path = f"/positions/{draft['id']}"
    assert reviewed.ada.patch(path, {"summary": "better said"}).status == 200
    assert reviewed.ada.patch(path, {"status": "published"}).status == 403
    assert reviewed.bo.patch(path, {"status": "published"}).data["status"] == "published"
    assert reviewed.ada.patch(path, {"summary": "corrected"}).status == 200


def test_nobody_publishes_what_they_wrote_in_part(reviewed: Lake) -> None:
    path = f"/positions/{reviewed.ada.post('/positions', position()).data['id']}"
    at_once = reviewed.bo.patch(path, {"summary": "put otherwise", "status": "published"})
    assert at_once.status == 403 and "publish the draft unchanged" in at_once.json["detail"]
    for change in (
        {"attitudes": {"q40": "accepts"}},
        {"quotes": [quote(OTHER_WORDS)]},
        {"firmness": "red_line"},
    ):
        assert reviewed.bo.patch(path, {**change, "status": "published"}).status == 403, change
    assert reviewed.ada.get(path).data["version"] == 1
    assert reviewed.bo.patch(path, {"summary": "put otherwise"}).status == 200
    for desk in (reviewed.ada, reviewed.bo):  # both are authors of parts of it by now
        assert desk.patch(path, {"status": "published"}).status == 403
    assert reviewed.root.patch(path, {"status": "published"}).data["summary"] == "put otherwise"


def test_days_that_publishing_computes_are_no_change(reviewed: Lake) -> None:
    source = reviewed.ada.source(published_on="2024-05-20", text=TEXT)["id"]
    draft = reviewed.ada.post(
        "/positions", position(stated_on=..., quotes=[quote(source_id=source)])
    ).data
    published = reviewed.bo.patch(f"/positions/{draft['id']}", {"status": "published"}).data
    assert (published["status"], published["stated_on"]) == ("published", "2024-05-20")


def test_only_an_admin_switches_review(reviewed: Lake) -> None:
    off = reviewed.ada.patch("/negotiations/lake", {"review": False})
    assert off.status == 403 and "admin" in off.json["detail"]
    kept = reviewed.ada.patch("/negotiations/lake", {"title": "The lake", "review": True})
    assert (kept.status, kept.data["review"]) == (200, True)
    assert reviewed.root.patch("/negotiations/lake", {"review": False}).data["review"] is False
    assert reviewed.ada.patch("/negotiations/lake", {"review": True}).status == 403


def test_an_editors_form_does_not_switch_review(reviewed: Lake) -> None:
    page = "/n/lake/code-book/negotiation"
    assert (
        'name="review"' not in reviewed.ada.page(page).text
        and 'name="review"' in reviewed.root.page(page).text
    )
    for n, sent in enumerate(({}, {"review": "on"})):
        done = Sheet.open(reviewed.ada, page).send(
            "save", title=f"Lake {n}", reason="shorter", **sent
        )
        assert done.status == 303, done.text("main")
        data = reviewed.ada.get("/negotiations/lake").data
        assert (data["title"], data["review"]) == (f"Lake {n}", True)


def test_discarding_does_not_get_around_the_review(reviewed: Lake) -> None:
    draft = reviewed.ada.post("/positions", position()).data
    path = f"/positions/{draft['id']}"
    reviewed.ada.retract(draft["id"])
    assert reviewed.ada.patch(path, {"status": "published"}).status == 403
    assert reviewed.ada.patch(path, {"status": "draft"}).status == 200


def test_a_speaker_whom_only_drafts_name_is_put_on_file_by_whoever_asks(lake: Lake) -> None:
    lake.ada.draft(quotes=[quote(speaker={"name": "Tol Ibarra", "office": "Envoy"})])
    seen = len(lake.stranger.get("/speakers").data)
    sent = {"name": "Tol Ibarra", "office": "Envoy", "party": "north"}
    got = lake.ada.post("/speakers", {**sent, "aliases": ["T. Ibarra"]})
    assert got.status == 201 and {**got.data, **sent, "aliases": ["T. Ibarra"]} == got.data
    assert got.headers["location"] == f"/api/v1/speakers/{got.data['id']}"
    assert len(lake.stranger.get("/speakers").data) == seen + 1
    assert lake.stranger.get(f"/speakers/{got.data['id']}").data["aliases"] == ["T. Ibarra"]
    assert lake.ada.post("/speakers", sent).status == 409
