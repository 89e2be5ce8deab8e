"""Test that what a process keeps reads as what it would read anew, after whatever was written."""

from collections.abc import Callable

import pytest

from tests.matrix.test_statements import forget
from tests.support.factories import TEXT, Answer, quote
from tests.support.fixtures import Lake

PAGES = (
    "/n/lake",
    "/n/lake?transpose=1",
    "/n/lake?since=2024-01-01",
    "/n/lake?view=atlas&since=2024-01-01",
    "/n/lake?view=atlas&order=likeness&only=differing",
    "/n/lake?firmness=demand&as_of=2024-06-01",
    "/n/lake/cells/north/quota",
    "/n/lake/issues/quota",
    "/n/lake/common-ground?since=2024-01-01",
    "/n/lake/agreement?min_issues=1",
    "/n/lake/compare?party=north&party=south",
    "/n/lake/timeline",
    "/n/lake/timeline?issue=quota",
    "/n/lake/changes",
    "/n/lake/contradictions",
    "/n/lake/packages?suppose=south:quota:q40",
    "/positions/1",
    "/quotes/1",
    "/api/v1/negotiations/lake",
    "/api/v1/negotiations/lake/matrix?since=2024-01-01",
    "/api/v1/negotiations/lake/common-ground",
    "/api/v1/positions?negotiation=lake",
    "/api/v1/positions/1/versions",
)


def read(lake: Lake, addresses: tuple[str, ...] = PAGES) -> dict[str, str]:
    """Read as an editor and, what is kept apart for readers, as a viewer and as a stranger.

    No cache of responses has the answers to these: a number of the request keeps strangers out.
    """
    found = {}
    for address in addresses:
        apart = address.startswith(("/quotes/", "/positions/", "/n/lake/cells/"))
        readers = (lake.ada, lake.vic, lake.stranger) if apart else (lake.ada,)
        for reader in readers:
            got = reader.uncached(address)
            assert got.status_code == 200, (address, got.text[:300])
            found[address] = found.get(address, "") + got.text
    return found


def test_every_write_shows_at_once_and_the_past_stays(
    lake: Lake, subtests: pytest.Subtests
) -> None:
    ada = lake.ada
    said = quote("forty per cent", speaker="Mara Venn")
    ada.state("north", "quota", firmness="demand", attitudes={"q40": "prefers"}, quotes=[said])
    ada.state("south", "quota", attitudes={"q20": "prefers", "q40": "rejects"})
    other = ada.source(url="https://news.example/other", title="Other", text=None)["id"]
    quoted = [quote("every farmer", other, speaker="Tol Ibarra")]
    ada.state("south", "dam", attitudes={"open": "prefers"}, quotes=quoted)
    negotiation, issue = "/negotiations/lake", "/negotiations/lake/issues/quota"
    council = f"{negotiation}/parties/council"

    def change(path: str, **fields: object) -> Callable[[], Answer]:
        return lambda: ada.patch(path, {**fields, "reason": "It was wrong"})

    def option(slug: str, **fields: object) -> Callable[[], Answer]:
        return change(issue, options=[{"slug": slug, **fields}])

    look = {"party": "council", "issue": "dam", "looked_on": "2024-06-02"}
    moved = {"attitudes": {"q30": "prefers"}, "stated_on": "2024-05-14"}
    writes: dict[str, Callable[[], object]] = {
        "a title": change(negotiation, title="Pact"),
        "a name": change("/parties/north", name="North Bank"),
        "consent": change(council, consent_required=True),
        "a question": change(issue, title="Quota of water"),
        "a label": option("q40", label="Two fifths"),
        "an order": option("q20", rank=9),
        "a new option": option("q50", label="50 %", rank=5),
        "a speaker": change("/speakers/1", name="Mara Venn-Oto"),
        "a source": change("/sources/1", title="Talks go on"),
        "a text": change(f"/sources/{other}", text=TEXT),
        "a correction": lambda: ada.correct(1, firmness="red_line"),
        "a move": lambda: ada.state("north", "quota", **moved),
        "a retraction": lambda: ada.retract(2),
        "a look": lambda: ada.post(f"{negotiation}/looks", look),
    }
    for what, write in writes.items():
        before, pin = read(lake), ada.known_now()
        pinned = tuple(f"{a}{'&' if '?' in a else '?'}known_at={pin}" for a in PAGES)
        then = read(lake, pinned)
        done = write()
        assert getattr(done, "status", 200) < 300, (what, done)
        kept, past = read(lake), read(lake, pinned)
        forget(lake)
        with subtests.test(what):
            assert kept != before
            assert read(lake) == kept
            api = [a for a in pinned if a.startswith("/api/") and "/versions" not in a]
            assert read(lake, pinned) == past
            for address in api:
                data = [text[address].partition('"meta"')[0] for text in (then, past)]
                assert data[0] == data[1]


@pytest.mark.parametrize("path", ["cells/nobody/quota", "cells/north/none", "issues/none"])
def test_a_cell_that_is_not_there_is_not_found(lake: Lake, path: str) -> None:
    """A path that names nothing is 404; the same in a query is a value to be mended."""
    assert lake.stranger.browse("GET", f"/n/lake/{path}").status_code == 404
    assert lake.stranger.browse("GET", "/n/lake?party=nobody").status_code == 422


def test_a_page_that_a_stranger_has_already_is_not_sent_again(lake: Lake) -> None:
    for address in ("/n/lake", "/n/lake/cells/north/quota", "/"):
        first = lake.stranger.browse("GET", address)
        again = lake.stranger.client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.text) == (304, ""), address
        assert first.headers["Vary"].startswith(again.headers["Vary"])
        assert again.headers["Cache-Control"] == first.headers["Cache-Control"] == "no-cache"
    etag = lake.stranger.browse("GET", "/n/lake").headers["ETag"]
    lake.ada.state(summary="Something else.")
    changed = lake.stranger.client.get("/n/lake", headers={"If-None-Match": etag})
    assert changed.status_code == 200
    assert "ETag" not in lake.ada.browse("GET", "/n/lake").headers
