"""Test that the page of answers has a small picture for each question, and no other is kept."""

import re
import struct

from tests.browser.test_questions import QUESTIONS
from tests.support.places import ROOT

FOLDER = ROOT / "docs" / "answers"
PICTURE = re.compile(r"!\[[^\]]+\]\(answers/([a-z-]+\.png)\)")


def test_each_question_has_its_picture() -> None:
    text = (ROOT / "docs" / "answers.md").read_text(encoding="utf-8")
    asked, more = text.split("\n## Two more\n")
    assert asked.count("\n## ") == len(PICTURE.findall(asked)) == len(QUESTIONS) == 10
    assert set(PICTURE.findall(text)) == {file.name for file in FOLDER.iterdir()}
    assert len(PICTURE.findall(more)) == 2


def test_pictures_are_small() -> None:
    for file in FOLDER.iterdir():
        head = file.read_bytes()[:24]
        assert head.startswith(b"\x89PNG")
        width, _height = struct.unpack(">II", head[16:24])
        assert width <= 1200 and file.stat().st_size < 100_000, file.name
