"""Test that searches kept by the process read as it would find them anew, whatever was written."""

from collections.abc import Callable, Iterable
from typing import Any

import pytest

from tests.matrix.test_statements import forget
from tests.support.factories import Answer, quote
from tests.support.fixtures import Lake

QUESTIONS = (
    "q=heron",
    "q=heron&party=north&kind=direct",
    "q=heron&since=2023-01-01&until=2024-12-31",
    "q=heron&type=quote&type=source&limit=1",
    "q=heron+-egret",
    "q=Mara+or+treaty+or+quota",
    "q=herron",
    "q=heron+ibis",
    "issue=dam&language=de",
)
AS_ONE_TYPES = {"HX-Request": "true", "HX-Request-Type": "partial"}


def read(lake: Lake, more: str = "") -> dict[str, str]:
    """Ask all questions, of the page and of the API, as a stranger and as an editor.

    No cache of answers has them: the number of a request keeps them out.
    """
    found = {}

    def ask(who: Any, path: str, **headers: str) -> None:
        sent = {"X-Request-ID": "uncached", **who._as_a_browser(), **headers}
        got = who.client.get(path, headers=sent)
        assert got.status_code == 200, (path, got.text[:300])
        # The instant is that of the newest entry, whatever was found.
        found[who.name + str(headers) + path] = got.text.partition('"meta"')[0]

    for question in QUESTIONS:
        ask(lake.ada, f"/search?{question}{more}")
        ask(lake.stranger, f"/search?{question}{more}")
        if question.startswith("q="):
            ask(lake.stranger, f"/api/v1/search?{question}{more}")
            if not more:
                ask(lake.stranger, f"/search?typing=1&{question}", **AS_ONE_TYPES)
    return found


@pytest.fixture
def archive(lake: Lake) -> Lake:
    """Add statements of which a search for "heron" finds some, and some texts that it may find."""
    said = lake.ada.source(title="Of birds", language="en", text="The heron nests. Der Reiher.")
    quotes = [quote("The heron nests", said["id"], language="en", speaker="Mara Venn")]
    lake.ada.state("north", "quota", stated_on="2022-05-14", firmness="demand", quotes=quotes)
    german = quote("Der Reiher", said["id"], language="de", translation="The heron")
    lake.ada.state("south", "dam", stated_on="2024-05-14", quotes=[german])
    lake.ada.state("north", "dam", firmness="red_line", summary="No heron and no egret")
    return lake


def writes_to(lake: Lake, draft: int) -> Iterable[tuple[str, Callable[[], Any]]]:
    """Return writes after each of which another search may find something else."""
    ada, bare = lake.ada, lake.ada.source(text="Two herrons nest")["id"]
    negotiation, issue = "/negotiations/lake", "/negotiations/lake/issues/quota"

    def change(path: str, **fields: object) -> Callable[[], Answer]:
        return lambda: ada.patch(path, {**fields, "reason": "It was wrong"})

    return (
        ("a statement", lambda: ada.state("south", "quota", summary="The heron of the south")),
        ("a draft published", change(f"/positions/{draft}", status="published")),
        ("a correction", lambda: ada.correct(1, firmness="red_line")),
        ("words taken out", lambda: ada.correct(3, summary="Nothing of birds")),
        ("a day", lambda: ada.correct(2, stated_on="2021-05-14")),
        ("a retraction", lambda: ada.retract(2)),
        ("a name", change("/parties/north", name="Heron Bank")),
        ("a title", change(negotiation, title="Pact of the heron")),
        ("a question", change(issue, title="Quota of water")),
        ("a label", change(issue, options=[{"slug": "q40", "label": "A heron in five"}])),
        ("a speaker", change("/speakers/1", name="Mara Heron")),
        ("a new speaker", lambda: ada.post("/speakers", {"name": "Ida Heron", "party": "south"})),
        ("a source", change("/sources/2", title="Of the heron")),
        ("a new source", lambda: ada.source(title="Another heron")),
        ("a word to guess", lambda: ada.state(quotes=[quote("Two herrons nest", bare)])),
    )


def test_every_write_is_found_at_once_and_the_past_stays(
    archive: Lake, subtests: pytest.Subtests
) -> None:
    draft = archive.ada.draft("council", "dam", summary="A heron in a draft")["id"]
    for what, write in writes_to(archive, draft):
        before, pin = read(archive), archive.ada.known_now()
        then = read(archive, f"&known_at={pin}")
        done = write()
        assert getattr(done, "status", 200) < 300, (what, done)
        kept, past = read(archive), read(archive, f"&known_at={pin}")
        forget(archive)
        with subtests.test(what):
            assert kept != before
            assert read(archive) == kept
            assert read(archive, f"&known_at={pin}") == past
            # What may have been meant is guessed from the words of today.
            guessed = ("q=herron", "q=heron+ibis")
            assert {p: t for p, t in past.items() if not any(g in p for g in guessed)} == {
                p: t for p, t in then.items() if not any(g in p for g in guessed)
            }


def test_what_is_not_public_changes_no_search(archive: Lake) -> None:
    before = read(archive)
    archive.ada.draft("council", "dam", summary="A heron in a draft", quotes=[quote("heron")])
    archive.ada.source(title="Unread", text="Another heron")
    assert read(archive) != before  # a source is public
    before = read(archive)
    archive.ada.draft("council", "dam", summary="Another heron in a draft")
    assert read(archive) == before


def test_a_redaction_takes_words_out_of_what_is_kept(archive: Lake) -> None:
    assert any("heron nests" in text for text in read(archive).values())
    form = {"what": "quote", "number": "1", "version": "", "reason": "Asked", "confirmed": "yes"}
    assert archive.root.browse("POST", "/admin/redactions", data=form).status_code == 303
    assert not any("heron nests" in text for text in read(archive).values())


def test_pages_and_filters_of_a_search_find_nothing_anew(archive: Lake) -> None:
    from tests.support.statements import statements

    archive.stranger.uncached("/search?q=heron")
    for more, most in (("", 1), ("&party=north", 2), ("&party=north&kind=direct", 1),
                       ("&since=2023-01-01", 1), ("&type=position", 1)):  # fmt: skip
        with statements(archive.app.state.engine) as sent:
            got = archive.stranger.uncached(f"/search?q=heron{more}")
        assert got.status_code == 200
        assert len(sent) <= most, (more, sent)
