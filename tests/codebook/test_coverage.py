"""Test coverage: what is counted where, and looks that found nothing."""

from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from tests.codebook.make import Api, position, post
from tests.codebook.test_codebook import errors

PAGE = "/n/sarn/coverage"
LOOKS = "/n/sarn/looks/new"


def figures(html: str) -> dict[str, int]:
    links = LexborHTMLParser(html).css(".figures a")
    return {
        a.text(strip=True).lstrip("0123456789,"): int(a.css_first("b").text().replace(",", ""))
        for a in links
    }


def lines(html: str, section: str) -> list[str]:
    items = LexborHTMLParser(html).css(f"section[aria-labelledby={section}] .rows > li")
    return [" ".join(li.text(separator=" ").split()) for li in items]


def test_each_cell_is_counted_where_it_belongs(api: Api, source: int, client: TestClient) -> None:
    position(api, source, day="2025-03-10", attitudes={"month": "prefers"})
    api.post("/negotiations/sarn/looks", {
        "party": "sarn-borsk", "issue": "truce", "looked_on": "2025-03-12",
        "where": "speeches of February",
    })  # fmt: skip
    position(api, source, "borsk", issue="bridge", attitudes={"joint": "accepts"}, status="draft")
    html = client.get(f"{PAGE}?as_of=2025-03-20").text
    assert figures(html) == {
        "never looked at": 2, "searched, nothing found": 1, "not updated for 90 days": 0,
        "single source": 1, "reported only": 0, "quotes that do not match": 0,
        "dates that changed": 0,
    }  # fmt: skip
    [searched] = lines(html, "searched")
    assert "Borsk, 12 March 2025 in speeches of February by editor" in searched
    assert not LexborHTMLParser(html).css("main input, .does a")  # only editors get forms
    assert (
        figures(client.get(f"{PAGE}?as_of=2025-03-20&stale_after=5").text)["not updated for 5 days"]
        == 2
    )
    assert figures(client.get(f"{PAGE}?as_of=2025-07-01").text)["not updated for 90 days"] == 2
    assert figures(client.get(f"{PAGE}?as_of=2025-01-01").text)["never looked at"] == 3
    assert client.get(f"{PAGE}?stale_after=soon").status_code == 422
    assert client.get(f"{PAGE}?unknown=1").status_code == 200


def test_reported_words_and_quotes_that_no_longer_match_are_named(
    api: Api, source: int, client: TestClient, editor: TestClient
) -> None:
    quote = {"source_id": source, "exact": "They want a month", "kind": "reported"}
    made = position(api, source, attitudes={"month": "prefers"}, quotes=[quote])["id"]
    assert figures(client.get(PAGE).text)["reported only"] == 1
    before = api.get("/negotiations/sarn")["meta"]["known_at"]
    held = client.get(f"/api/v1/sources/{source}")
    answer = client.patch(
        f"/api/v1/sources/{source}", json={"text": "Nothing of the kind.", "reason": "Its text"},
        headers={"Authorization": f"Bearer {api.token}", "If-Match": held.headers["ETag"]},
    )  # fmt: skip
    assert answer.status_code == 200, answer.text
    html = editor.get(PAGE).text
    assert figures(html)["quote that does not match"] == 1
    links = LexborHTMLParser(html).css("section[aria-labelledby=unmatched] .does a")
    assert [a.attributes["href"] for a in links] == [f"/positions/{made}/correct"]
    assert (
        figures(client.get(PAGE, params={"known_at": before}).text)["quotes that do not match"] == 0
    )


def test_a_corrected_day_of_publication_is_named_not_taken(
    api: Api, source: int, client: TestClient
) -> None:
    quote = {"source_id": source, "exact": "A month, and no day less"}
    made = position(
        api, source, attitudes={"month": "prefers"}, stated_on="2025-03", quotes=[quote]
    )
    assert made["stated_by"] == "2025-03-20"
    held = client.get(f"/api/v1/sources/{source}")
    headers = {"Authorization": f"Bearer {api.token}", "If-Match": held.headers["ETag"]}
    client.patch(
        f"/api/v1/sources/{source}",
        json={"published_on": "2025-03-11", "reason": "Misread"},
        headers=headers,
    )
    html = client.get(PAGE).text
    [line] = lines(html, "redated")
    assert "counts from 20 March 2025" in line and "now give 11 March 2025" in line
    assert api.get(f"/positions/{made['id']}")["data"]["stated_by"] == "2025-03-20"


def test_an_editor_notes_one_look_for_several_cells_once(
    api: Api, source: int, client: TestClient, viewer: TestClient, editor: TestClient
) -> None:
    assert client.get(LOOKS).status_code == 303 and viewer.get(LOOKS).status_code == 403
    assert (
        post(client, LOOKS, cell="x").status_code == 401
        and post(viewer, LOOKS, cell="x").status_code == 403
    )
    boxes = LexborHTMLParser(editor.get(PAGE).text).css(
        "form[action$='/looks/new'] input[name=cell]"
    )
    cells = [b.attributes["value"] for b in boxes]
    assert len(cells) == 4
    offered = LexborHTMLParser(editor.get(LOOKS, params={"cell": cells[:2]}).text)
    assert {b.attributes["value"] for b in offered.css("input[name=cell][checked]")} == set(
        cells[:2]
    )
    one = LexborHTMLParser(editor.get(f"{LOOKS}?party=sarn-borsk&issue=bridge").text)
    assert [b.attributes["value"] for b in one.css("input[checked]")] == ["sarn-borsk/bridge"]
    none = post(editor, LOOKS, looked_on="2040-01-01", where="Everywhere")
    assert none.status_code == 422 and errors(none.text) == ["Which cells: choose at least one"]
    late = post(editor, LOOKS, looked_on="2040-01-01", where="Everywhere", cell=cells[:2])
    assert errors(late.text) == ["When: has not yet begun anywhere on earth"]
    assert "Everywhere" in late.text and len(LexborHTMLParser(late.text).css("input[checked]")) == 2
    wrong = post(editor, LOOKS, looked_on="2025-03-12", cell="nobody/truce")
    assert errors(wrong.text)[0].startswith("Which cells")
    for _ in range(2):
        done = post(editor, LOOKS, looked_on="12 March 2025", where="Speeches", cell=cells[:2])
        assert done.status_code == 303
    looks = api.get("/negotiations/sarn/looks")["data"]
    assert [(k["looked_on"], k["where"], k["by"]) for k in looks] == [
        ("2025-03-12", "Speeches", "editor")
    ] * 2
    assert figures(client.get(PAGE).text)["searched, nothing found"] == 2
