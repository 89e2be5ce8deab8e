"""Test all pages and files: a condition says that it is one, and hearsay says whose word it is."""

import re
from typing import Any

from tests.support.crawl import crawl, pieces
from tests.support.factories import quote
from tests.support.fixtures import Lake

WORDS = CONDITION, SUMMARY = "walrus aid ends", "Okapi ferries may go on"
# Addresses to which no link leads.
APART = (
    "/n/lake/code-book/issues/quota/options/q40/merge?into=q30",
    "/n/lake/code-book/parties/north/merge?into=council",
    "/search?q=walrus",
    "/search?q=okapi",
)


def hear(lake: Lake) -> None:
    """State what only the south says of the north, with and without the north's own words too."""
    said: dict[str, Any] = {
        "quotes": [quote(speaker="Tol Ibarra")],
        "conditions": {"q40": CONDITION},
    }
    for status in ("published", "draft"):
        lake.ada.state(**said, status=status, summary=SUMMARY)
        lake.ada.state(**said, status=status, summary=None, stated_on="2024-05")
    said["conditions"] = {"closed": CONDITION}
    lake.ada.state("north", "dam", **said, summary=None, stated_on="2024-05-10")
    lake.ada.state("north", "dam", quotes=[quote(speaker="Mara Venn")], stated_on="2024-05-12")


def test_pages_and_files_say_what_is_a_condition_and_who_alone_says_so(lake: Lake) -> None:
    hear(lake)
    answers = crawl(lake.ada, "/", *APART)
    said = {
        (a, words): pieces(answer, words, "Northshore")
        for a, answer in answers.items()
        for words in WORDS
    }
    found = {where: texts for where, pieces_of in said.items() if (texts := list(pieces_of))}
    bare = {where: texts for where, texts in found.items() if any(map(lacks_only_if, texts))}
    assert not bare
    unnamed = {
        where: texts for where, texts in found.items() if any("Southshore" not in t for t in texts)
    }
    assert not unnamed
    assert len(found) > 40


def lacks_only_if(text: str) -> bool:
    return re.search(f"(?<!only if ){CONDITION}", text) is not None
