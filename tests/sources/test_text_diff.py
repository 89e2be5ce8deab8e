"""Test the comparison of a quote with the closest passage, word by word."""

import time

import pytest

from app.sources.matching.text_diff import words_diff


@pytest.mark.parametrize(
    ("a", "b", "pieces"),
    [
        ("", "", []),
        ("same", "same", [("equal", "same", "same")]),
        ("", "new", [("insert", "", "new")]),
        ("old", "", [("delete", "old", "")]),
        (
            "We don’t pay 1,000.",
            "We don’t pay 1,500.",
            [
                ("equal", "We don’t pay ", "We don’t pay "),
                ("replace", "1,000", "1,500"),
                ("equal", ".", "."),
            ],
        ),
        (
            "stays shut now",
            "remains open now",
            [("replace", "stays shut", "remains open"), ("equal", " now", " now")],
        ),
        (
            "we will go",
            "we go",
            [("equal", "we ", "we "), ("delete", "will ", ""), ("equal", "go", "go")],
        ),
        (
            "不会接受",
            "不能接受",
            [("equal", "不", "不"), ("replace", "会", "能"), ("equal", "接受", "接受")],
        ),
    ],
)
def test_pieces(a: str, b: str, pieces: list[tuple[str, str, str]]) -> None:
    assert words_diff(a, b) == pieces


@pytest.mark.parametrize("length", [1000, 50_000])
def test_it_stays_quick(length: int) -> None:
    a, b = "a b " * length, "b c a " * length
    began = time.process_time()
    pieces = words_diff(a, b + "x")
    assert time.process_time() - began < 2
    assert "".join(old for _, old, _ in pieces) == a
