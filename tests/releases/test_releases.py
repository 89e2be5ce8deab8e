"""Test releases: numbered packages frozen by admins, the same bytes whatever is edited later."""

import hashlib
import io
import json
import threading
import zipfile
from typing import Any
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from app.releases import actions, queries
from tests.support.factories import Desk, quote
from tests.support.fixtures import Lake
from tests.support.worlds import connect

PAGE = "/n/lake/releases"


def freeze(desk: Desk, number: int = 1, **typed: str) -> Any:
    data = {
        "title": f"Release {number}",
        "changelog": "What is new.",
        "number": str(number),
        **typed,
    }
    return desk.browse("POST", f"{PAGE}/new", data=data)


def release(lake: Lake, number: int = 1, **query: str) -> dict[str, Any]:
    return dict(lake.stranger.get(f"/negotiations/lake/releases/{number}", **query).data)


def package(lake: Lake, number: int = 1) -> Any:
    got = lake.stranger.client.get(f"{PAGE}/{number}.zip")
    assert got.status_code == 200, got.text
    return got


def edit(lake: Lake) -> None:
    """Edit much of what can change after a release."""
    lake.ada.correct(1, summary="corrected", quotes=[{"id": 1}, quote("not one drop less")])
    lake.ada.state("south", quotes=[quote(speaker="Tol Ibarra")])
    lake.ada.retract(1)
    lake.ada.patch("/sources/1", {"title": "Another title", "text": "Another text."})
    lake.ada.patch("/speakers/1", {"name": "Mara J. Venn", "party": None})
    lake.ada.patch("/negotiations/lake", {"title": "Another treaty"})
    lake.ada.patch(
        "/negotiations/lake/issues/quota", {"options": [{"slug": "q20", "retired": True}]}
    )


@pytest.fixture
def filled(lake: Lake) -> Lake:
    """State a position and a draft."""
    lake.ada.state(quotes=[quote(speaker="Mara Venn")])
    lake.ada.draft("south", summary="zebrawood")
    return lake


def test_a_frozen_package_is_the_same_whatever_is_edited_later(
    filled: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PIECE", 1000)
    there = filled.stranger.client.get("/n/lake/export.zip").content
    made = freeze(filled.root)
    assert (made.status_code, made.headers["location"]) == (303, f"{PAGE}/1")
    page, facts, first = filled.stranger.page(f"{PAGE}/1").text, release(filled), package(filled)
    assert first.content == there and "zebrawood" not in str(
        zipfile.ZipFile(io.BytesIO(there)).read("positions.csv")
    )
    assert facts["sha256"] == hashlib.sha256(there).hexdigest() and facts["bytes"] == len(there)
    assert (
        first.headers["content-length"] == str(len(there))
        and "content-encoding" not in first.headers
    )
    assert first.headers["content-disposition"] == 'attachment; filename="lake_release-1.zip"'
    matrix = filled.stranger.client.get(facts["exports"]["csv"]).content
    edit(filled)
    freeze(filled.root, 2, changelog="All else.")
    again = package(filled)
    assert again.content == there and again.headers["etag"] == first.headers["etag"]
    etag = {"If-None-Match": first.headers["etag"]}
    assert filled.stranger.client.get(f"{PAGE}/1.zip", headers=etag).status_code == 304
    assert release(filled) == facts and filled.stranger.page(f"{PAGE}/1").text == page
    assert filled.stranger.client.get(facts["exports"]["csv"]).content == matrix
    assert package(filled, 2).content not in (there, b"")
    assert release(filled, 2)["sha256"] == hashlib.sha256(package(filled, 2).content).hexdigest()


def test_the_page_names_the_addresses_that_stay(filled: Lake) -> None:
    freeze(filled.root, changelog="First words.\n\nMore <b>words</b>.")
    facts = release(filled)
    asked = parse_qs(urlsplit(facts["matrix"]).query)
    assert asked == {"as_of": [facts["as_of"]], "known_at": [facts["known_at"]]}
    page = filled.stranger.page(f"{PAGE}/1").text
    assert facts["sha256"][:32] in page and "More &lt;b&gt;words&lt;/b&gt;." in page
    assert (
        '<link rel="alternate" type="application/json" href="/api/v1/negotiations/lake/releases/1">'
        in page
    )
    for address in (facts["matrix"], facts["package"], *facts["exports"].values()):
        assert address.replace("&", "&amp;") in page
        assert filled.stranger.client.get(address).status_code == 200
    cited = json.loads(filled.stranger.page(f"{PAGE}/1/cite.json").text)
    assert cited[0]["URL"].endswith(f"{PAGE}/1") and cited[0]["version"] == "release 1"
    for form in ("txt", "bib", "ris"):
        assert "Lake treaty" in filled.stranger.page(f"{PAGE}/1/cite.{form}").text
    assert f'href="{PAGE}"' in filled.stranger.page("/n/lake/about").text


def test_only_an_admin_freezes(filled: Lake) -> None:
    assert freeze(filled.stranger).status_code == 401
    assert [freeze(d).status_code for d in (filled.vic, filled.ada)] == [403, 403]
    assert filled.stranger.get("/negotiations/lake/releases").data == []
    assert freeze(filled.root).status_code == 303
    assert [r["number"] for r in filled.stranger.get("/negotiations/lake/releases").data] == [1]
    assert (
        f"{PAGE}/new" in filled.root.page(PAGE).text
        and f"{PAGE}/new" not in filled.ada.page(PAGE).text
    )


def test_what_is_wrong_is_said_and_what_was_typed_stays(
    filled: Lake, monkeypatch: pytest.MonkeyPatch
) -> None:
    blank = freeze(filled.root, changelog=" ", title="Typed title")
    assert (
        blank.status_code == 422
        and "Enter a changelog" in blank.text
        and "Typed title" in blank.text
    )
    assert freeze(filled.root).status_code == 303
    twice = freeze(filled.root, changelog="typed twice")
    assert (
        twice.status_code == 409
        and "typed twice" in twice.text
        and 'name="number" value="2"' in twice.text
    )
    monkeypatch.setattr(actions, "LARGEST", 100)
    assert freeze(filled.root, 2).status_code == 413
    assert [freeze(filled.root, n).status_code for n in (0, 99)] == [409, 409]
    for path in (f"{PAGE}/2", f"{PAGE}/2.zip", f"{PAGE}/x.zip", f"{PAGE}/0", "/n/nowhere/releases"):
        assert filled.stranger.client.get(path).status_code == 404
    assert len(filled.stranger.get("/negotiations/lake/releases").data) == 1


def test_releases_are_there_from_when_they_were_frozen(filled: Lake) -> None:
    before = filled.ada.known_now()
    freeze(filled.root)
    frozen = release(filled)["created_at"]
    assert filled.stranger.get("/negotiations/lake/releases", known_at=before).data == []
    assert filled.stranger.get("/negotiations/lake/releases/1", known_at=before).status == 404
    assert (
        filled.stranger.client.get(f"{PAGE}/1.zip", params={"known_at": before}).status_code == 404
    )
    assert len(filled.stranger.get("/negotiations/lake/releases", known_at=frozen).data) == 1


def test_two_admins_at_once_freeze_one(filled: Lake) -> None:
    found: list[int] = []
    threads = [
        threading.Thread(target=lambda: found.append(freeze(filled.root).status_code))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found.count(303) == 1 and set(found) <= {303, 409, 429}, found


@pytest.mark.parametrize(
    "statement", ["UPDATE release SET title = 'x'", "DELETE FROM release", "TRUNCATE release"]
)
def test_the_database_lets_nobody_change_one(filled: Lake, statement: str) -> None:
    freeze(filled.root)
    with connect(filled.database.owner_url) as owner, pytest.raises(psycopg.errors.IntegrityError):
        owner.execute(statement)


def test_a_package_that_had_to_be_taken_down_leaves_its_place(filled: Lake) -> None:
    freeze(filled.root)
    with connect(filled.database.owner_url, autocommit=False) as owner:
        owner.execute("SET LOCAL parley.redacting = 'on'")
        owner.execute(
            "UPDATE release SET package = NULL, redacted_at = now(),"
            " redacted_for = 'a court said so'"
        )
        owner.commit()
    filled.ada.state("south")  # drops all cached responses
    gone = filled.stranger.client.get(f"{PAGE}/1.zip")
    assert gone.status_code == 404 and "a court said so" in gone.text
    assert "a court said so" in filled.stranger.page(f"{PAGE}/1").text
    assert release(filled)["package"] is None
