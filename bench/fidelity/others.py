"""Extract text from the same documents with other programs."""

import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from bench.fidelity import programs
from bench.fidelity.blocks import Document

Texts = dict[str, str]  # by the name of the document
Reader = Callable[[Sequence[Path], Path], dict[str, str] | None]


def read(documents: Sequence[Document], kind: str) -> dict[str, Texts]:
    """Read the documents of a kind with every other program that is available."""
    found: dict[str, Texts] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        paths = [folder / f"{document.name}.{kind}" for document in documents]
        for path, document in zip(paths, documents, strict=True):
            path.write_bytes(document.data)
        for reader, run in READERS[kind].items():
            programs.say(f"Reading with {reader} …")
            texts = run(paths, folder)
            if texts is None:
                programs.say(f"  {reader} is not to be had here")
            else:
                found[reader] = {Path(path).stem: text for path, text in texts.items()}
    return found


def _library(name: str, *, ours: bool = False) -> Reader:
    """Read with a Python library: one of the bench's own, or one that Parley is built on."""

    def read_all(paths: Sequence[Path], folder: Path) -> dict[str, str] | None:
        python = Path(sys.executable) if ours else programs.python()
        if python is None:
            return None
        given = json.dumps(list(map(str, paths))).encode()
        answer = programs.run([python, programs.TOOLS / "read.py", name], given, folder)
        return None if answer is None else json.loads(answer)

    return read_all


def _command(program: str, *arguments: str) -> Reader:
    """Read with a program that prints the text of one file."""

    def read_all(paths: Sequence[Path], folder: Path) -> dict[str, str] | None:
        if shutil.which(program) is None:
            return None
        answers = {
            str(path): programs.run([program, *(a.format(path) for a in arguments)])
            for path in paths
        }
        return {
            path: answer.decode("utf-8", "replace")
            for path, answer in answers.items()
            if answer is not None
        }

    return read_all


def _office(paths: Sequence[Path], folder: Path) -> dict[str, str] | None:
    if not programs.convert(paths, "txt:Text (encoded):UTF8", folder):
        return None
    made = {str(path): path.with_suffix(".txt") for path in paths}
    return {path: text.read_text("utf-8-sig") for path, text in made.items() if text.exists()}


def _mozilla(paths: Sequence[Path], folder: Path) -> dict[str, str] | None:
    node = programs.readability()
    if node is None:
        return None
    given = json.dumps(list(map(str, paths))).encode()
    answer = programs.run(["node", programs.TOOLS / "read.mjs"], given, node)
    return None if answer is None else json.loads(answer)


def _pandoc_html(paths: Sequence[Path], folder: Path) -> dict[str, str] | None:
    """Read HTML with pandoc, which only reads UTF-8: other pages are converted first."""
    for path in paths:
        data = path.read_bytes()
        if b"charset=windows-1251" in data:
            path.write_bytes(
                data.decode("cp1251").replace("charset=windows-1251", "charset=utf-8").encode()
            )
    return _command("pandoc", "--from=html", "--to=plain", "--wrap=none", "{}")(paths, folder)


READERS: dict[str, dict[str, Reader]] = {
    "docx": {
        "pandoc": _command("pandoc", "--from=docx", "--to=plain", "--wrap=none", "{}"),
        "LibreOffice": _office,
        "mammoth": _library("mammoth"),
        "python-docx": _library("python_docx"),
        "docx2txt": _library("docx2txt"),
    },
    "pdf": {
        "pdftotext": _command("pdftotext", "-enc", "UTF-8", "{}", "-"),
        "pdfium": _library("pdfium", ours=True),
        "pdfminer.six": _library("pdfminer"),
        "pypdf": _library("pypdf"),
    },
    "html": {
        "trafilatura": _library("trafilatura", ours=True),
        "readability-lxml": _library("readability"),
        "Readability (npm)": _mozilla,
        "pandoc": _pandoc_html,  # last, since it may rewrite the pages
    },
}
