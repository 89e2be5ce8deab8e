"""Measure how many sentences of documents with known words are verified: make bench ARGS=fidelity.

Further arguments: the kinds (`docx`, `pdf`, `html`); `--alone`, without other programs; `--full`,
altered sentences are checked against their texts too; `--misses FILE`; `--keep FOLDER` for the
documents and their texts; `--record`, which writes the result into bench/RESULTS.md.
"""

import argparse
import asyncio
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from app.core.errors import DomainError
from app.sources.extraction.process import extract
from bench.fidelity import library, others, programs, record, report
from bench.fidelity.blocks import Document
from bench.fidelity.judging import judge
from bench.fidelity.stock import Stock

KINDS = ("docx", "pdf", "html")


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure and print; return exit code 1 if a goal is not reached."""
    said = _parser().parse_args(arguments)
    begun, stock = time.monotonic(), Stock()
    programs.say("Making documents …")
    documents = list(library.make(stock, said.kinds or KINDS))
    texts = asyncio.run(_read(documents))
    lines, short, missed = (
        [f"{len(documents)} documents, {_distinct(documents):,} distinct sentences"],
        [],
        [],
    )
    for kind in said.kinds or KINDS:
        some = [document for document in documents if document.kind == kind]
        if not some:
            short.append(f"{kind}: no document could be made")
            continue
        programs.say(f"Judging {kind} …")
        judged = {report.PARLEY: [judge(document, texts[document.name]) for document in some]}
        for name, given in ({} if said.alone else others.read(some, kind)).items():
            judged[name] = [
                judge(document, given.get(document.name), alter=said.full) for document in some
            ]
        lines += ["", *report.table(kind, judged)]
        short += report.shortcomings(kind, judged)
        missed += report.misses(judged[report.PARLEY])
    lines += (
        ["", *(f"Not reached: {line}." for line in short)]
        if short
        else ["", "All goals are reached."]
    )
    print("\n".join(lines))
    _keep(said, documents, texts, missed)
    if said.record:
        command = " ".join(arguments or sys.argv[1:])
        record.write("fidelity", [record.heading(command, time.monotonic() - begun), *lines])
    return 1 if short else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m bench fidelity", description=(__doc__ or "").split("\n")[0]
    )
    parser.add_argument(
        "kinds", nargs="*", type=_kind, metavar="docx|pdf|html", help="all, unless some are named"
    )
    parser.add_argument("--alone", action="store_true", help="without other programs")
    parser.add_argument(
        "--full", action="store_true", help="altered sentences asked of the others' texts too"
    )
    parser.add_argument(
        "--misses", type=Path, help="a file for each miss; on standard output, if left out"
    )
    parser.add_argument("--keep", type=Path, help="a folder for the documents and what was read")
    parser.add_argument(
        "--record", action="store_true", help="write the result into bench/RESULTS.md"
    )
    return parser


def _kind(said: str) -> str:
    if said not in KINDS:
        raise argparse.ArgumentTypeError(f"{said!r} is none of {', '.join(KINDS)}")
    return said


async def _read(documents: Sequence[Document]) -> dict[str, str | None]:
    """Read documents as the upload form does."""

    async def one(document: Document) -> str | None:
        try:
            return (await extract(document.data, f"{document.name}.{document.kind}")).text
        except DomainError as error:
            programs.say(f"  {document.name}: {error.detail}")
            return None

    programs.say(f"Reading {len(documents)} documents …")
    given = await asyncio.gather(*map(one, documents))
    return {document.name: text for document, text in zip(documents, given, strict=True)}


def _distinct(documents: Sequence[Document]) -> int:
    return len({sentence.text for document in documents for sentence in document.sentences})


def _keep(
    said: argparse.Namespace,
    documents: Sequence[Document],
    texts: dict[str, str | None],
    missed: list[str],
) -> None:
    if said.misses:
        said.misses.write_text("\n".join(missed) + "\n", encoding="utf-8")
    else:
        print("\n".join(missed))
    if said.keep:
        said.keep.mkdir(parents=True, exist_ok=True)
        for document in documents:
            said.keep.joinpath(f"{document.name}.{document.kind}").write_bytes(document.data)
            said.keep.joinpath(f"{document.name}.{document.kind}.txt").write_text(
                texts[document.name] or "", "utf-8"
            )
