"""Test the fidelity bench: its stock, its documents, and its judgement of made-up texts."""

import asyncio
import random
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from app.sources.extraction.process import extract
from bench.fidelity import docx_by_hand, html_shapes, record, report
from bench.fidelity.blocks import Document, document_of
from bench.fidelity.compose import compose
from bench.fidelity.judging import judge
from bench.fidelity.stock import PHRASES, STRANGERS, Stock
from bench.fidelity.truth import Truth

PLAN = [("p", 3), ("p", 3), ("row", 2)]
HOWS = ("break", "field", "hidden", "note")


@pytest.fixture(scope="module")
def document() -> Document:
    """Compose a small DOCX whose true words are known."""
    blocks = compose(Stock(), "en", PLAN, HOWS, random.Random(1))
    made = docx_by_hand.Writer().write(blocks, "Draft of the staff office")
    return document_of(
        "docx-tried", "by hand", blocks, data=made, put_in=["Draft of the staff office"]
    )


def true_text(document: Document) -> str:
    return "\n\n".join(" ".join(sentence.text for sentence in flow) for flow in document.flows)


def test_the_stock_deals_each_sentence_once_and_always_the_same() -> None:
    for language in PHRASES:
        dealt = [sentence.text for sentence in Stock().deal(language, 300)]
        assert len(set(dealt)) == 300 and dealt[:9] == [
            sentence.text for sentence in Stock().deal(language, 9)
        ]
        assert not set(STRANGERS[language]) & {word for text in dealt for word in text.split()}
        # An elision would stand for left-out words.
        assert not [text for text in dealt if "…" in text or "..." in text]


def test_the_true_words_are_all_verified_and_no_altered_ones(document: Document) -> None:
    judged = judge(document, true_text(document))
    assert judged.sentences >= 8 and not judged.misses and not judged.accepted
    kinds = {
        "a word taken out",
        "a word put in",
        "a number changed",
        "two words run together",
        "a word torn apart",
    }
    assert kinds <= set(judged.kinds) and judged.altered > 1_000


@pytest.mark.parametrize("spoilt", ["lost", "run together", "slipped in", "changed", "joined"])
def test_what_a_reader_spoils_is_seen(document: Document, spoilt: str) -> None:
    text, words = true_text(document), document.flows[0][1].text.split()
    wrong = {
        "lost": [*words[:4], *words[5:]],
        "run together": [*words[:4], words[4] + words[5], *words[6:]],
        "slipped in": [*words[:4], *"Draft of the staff office".split(), *words[4:]],
        "changed": [*words[:-3], words[-3] + "0", *words[-2:]],
        "joined": words[:-12],
    }[spoilt]
    judged = judge(document, text.replace(" ".join(words), " ".join(wrong)))
    assert document.flows[0][1].text in [sentence.text for sentence, _ in judged.misses]
    if spoilt in ("lost", "run together", "slipped in"):
        assert " ".join(wrong) in [words for _, words in judged.accepted]


def test_altered_words_that_are_true_elsewhere_do_not_count() -> None:
    truth = Truth([["He did not sign. She did sign."], ["He did sign."]])
    assert (
        truth.says("He did sign.")
        and truth.says("“He did not sign”.") is False
        and truth.says("did not sign")
    )
    assert not truth.says("did not sig") and not truth.says("He not sign.")


def test_documents_hold_what_they_are_said_to_hold(document: Document) -> None:
    with zipfile.ZipFile(BytesIO(document.data)) as archive:
        body, notes = (
            archive.read("word/document.xml").decode(),
            archive.read("word/footnotes.xml").decode(),
        )
    assert all(
        mark in body
        for mark in ("<w:br/>", "<w:fldSimple", "<w:vanish/>", "<w:tbl>", "footnoteReference")
    )
    assert any(flow[0].text in notes for flow in document.flows[1:])
    pages = [html_shapes.make(shape, "uk", 0, Stock()) for shape in html_shapes.SHAPES]
    assert len({page.data for page in pages}) == len(pages) == len(html_shapes.SHAPES)
    for page in pages:
        html = page.data.decode("cp1251" if "1251" in page.name else "utf-8")
        assert len(page.sentences) >= 20 and page.unseen[0] in html and "cookie" in html


def test_a_document_is_read_as_the_upload_reads_it(document: Document) -> None:
    found = asyncio.run(extract(document.data, "tried.docx"))
    judged = judge(document, found.text)
    assert len(judged.misses) < judged.sentences


def test_goals_are_missed_by_what_falls_short(document: Document) -> None:
    good, none = judge(document, true_text(document)), judge(document, "")
    assert not list(report.shortcomings("docx", {"Parley": [good], "another": [none]}))
    assert len(list(report.shortcomings("docx", {"Parley": [none], "another": [good]}))) == 2
    accepted = replace(good, accepted=[("a word taken out", "words")])
    assert "1 altered" in next(iter(report.shortcomings("docx", {"Parley": [accepted]})))
    assert f"| by hand | 1 | {good.sentences} | 100.0 % | 0 |" in "\n".join(
        report.table("docx", {"Parley": [good]})
    )
    assert len(list(report.misses([none]))) == 1 + 2 * none.sentences


def test_a_result_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    results = tmp_path / "RESULTS.md"
    results.write_text("# Results\n\n## fidelity\n\nold\n\n## other\n\nkept\n")
    record.write("fidelity", ["new"], results)
    assert results.read_text() == "# Results\n\n## other\n\nkept\n\n## fidelity\n\nnew\n"
