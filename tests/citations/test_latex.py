"""Test that biblatex and biber typeset references, if TeX is installed."""

import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest

from app.citations.formats import as_bibtex
from tests.citations.test_formats import LETTER, NEWS, PINNED, PLAIN

ROOT = Path(__file__).parents[2]
WORKS = [
    PLAIN,
    NEWS,
    LETTER,
    replace(LETTER, key="bare", reference=None, record=None, issued=None),
    replace(NEWS, key="nobody", authors=(), url="https://новини.example/ї?a=%20&b_c#d~e"),
    replace(
        PLAIN,
        key="all",
        title="50 % of #1 & a_b {c} \\d ~e ^f $5: Київ",
        authors=("{A} & B_1", "Ґава, 100 %"),
        container="C_1 & D #2 %",
        publisher="E_1 }{",
        reference="box_3 % {",
        quoting=("“50 % & _{”, Пошта",),
        record=PINNED,
        version="3 #_",
        language="uk",
    ),
]


def has_tex() -> bool:
    needed = ("pdflatex", "biber", "kpsewhich")
    if not all(shutil.which(program) for program in needed):
        return False
    packages = ["biblatex.sty", "csquotes.sty", "ukraineb.ldf", "t2aenc.def"]
    return subprocess.run(["kpsewhich", *packages], capture_output=True, text=True).stdout.count(
        "\n"
    ) == len(packages)


@pytest.mark.skipif(
    not has_tex(), reason="needs pdflatex with biblatex, csquotes and Cyrillic, and biber"
)
def test_biblatex_typesets_every_work(tmp_path: Path) -> None:
    shutil.copy(ROOT / "tools/consumers/document.tex", tmp_path)
    (tmp_path / "references.bib").write_text("".join(map(as_bibtex, WORKS)))
    said = ""
    for command in (
        ["pdflatex", "-interaction=nonstopmode"],
        ["biber"],
        ["pdflatex", "-interaction=nonstopmode"],
    ):
        done = subprocess.run(
            [*command, "document"], cwd=tmp_path, capture_output=True, text=True, errors="replace"
        )
        said += done.stdout
    lines = [
        line
        for line in said.splitlines()
        if line.startswith("!") or "ERROR" in line or "WARN - " in line
    ]
    assert lines == []
    assert (tmp_path / "document.bbl").read_text().count("\\entry{") == len(WORKS)
