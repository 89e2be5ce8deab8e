"""Write quotes as a REFI-QDA project (.qdpx), for programs of qualitative analysis.

Texts of sources are shown to editors only, so the text of a source consists of the quotes taken
from it, each in a paragraph. Issues are codes, with the options and attitudes below them; parties
are cases. What does not fit into memory at once waits in a scratch database.
"""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import aclosing, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID, uuid5
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from anyio import to_thread
from lxml import etree
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.gently import gently
from app.core.xml_text import xml_text
from app.exports.annotations import classified
from app.exports.download import CHUNK
from app.exports.selection import Selection, positions
from app.models.vocabulary import Attitude
from app.positions.views import PositionView, QuoteView

NAMESPACE = "urn:QDA-XML:project:1.0"
OURS = UUID("9a0c6d2e-6f0b-4a36-9c43-8f1d1b5f6c52")  # for ids that follow from names
USER = str(uuid5(OURS, "user"))
BETWEEN = "\n\n"
PLAIN, ON_CONDITION = "", ", on a condition"
SCRATCH = """
CREATE TABLE source (id INTEGER PRIMARY KEY, uid TEXT, title TEXT, about TEXT);
CREATE TABLE quote (id INTEGER PRIMARY KEY, uid TEXT, source INTEGER, exact TEXT, about TEXT);
CREATE TABLE used (quote INTEGER, party TEXT, codes TEXT, about TEXT);
CREATE INDEX quote_source ON quote (source, id);
CREATE INDEX used_quote ON used (quote);
CREATE INDEX used_party ON used (party, quote);
"""


async def export_qdpx(session: AsyncSession, chosen: Selection, path: Path, *, base: str) -> None:
    """Write every quote of the chosen cells, with what each position says by it, to a file."""
    with closing(sqlite3.connect(path.with_suffix(".scratch"))) as scratch:
        scratch.executescript(SCRATCH)
        async with aclosing(positions(session, chosen)) as batches:
            async for batch in batches:
                for position, _ in batch:
                    for quote in position.quotes:
                        _note(scratch, position, quote, chosen, base)
        await _write(path, _Project(scratch, chosen, path.with_suffix(".xml")))


def _note(
    scratch: sqlite3.Connection, position: PositionView, quote: QuoteView, chosen: Selection,
    base: str,
) -> None:  # fmt: skip
    source = quote.source
    row = (source.id, source.uid, source.title, _about_source(quote))
    scratch.execute("INSERT OR IGNORE INTO source VALUES (?, ?, ?, ?)", row)
    words = (quote.id, quote.uid, source.id, quote.exact, _about_quote(quote, base))
    scratch.execute("INSERT OR IGNORE INTO quote VALUES (?, ?, ?, ?, ?)", words)
    codes = [
        code_id(chosen.slug, position.issue, option, attitude, option in position.conditions)
        for option, attitude in position.attitudes.items()
    ] or [code_id(chosen.slug, position.issue)]
    said = classified(position, chosen.issues[position.issue], chosen)
    said = f"{said} ({position.stated_on}) {base}{position.url}/versions/{position.version}"
    used = (quote.id, position.party, json.dumps(codes), said)
    scratch.execute("INSERT INTO used VALUES (?, ?, ?, ?)", used)


def code_id(negotiation: str, issue: str, *more: object) -> str:
    """Return the id of a code: that of an issue, an option of it, or an attitude to an option."""
    return str(uuid5(OURS, json.dumps(["code", negotiation, issue, *more])))


def _about_source(quote: QuoteView) -> str:
    source = quote.source
    parts = (source.publisher, source.published_on, source.url or source.reference)
    return ", ".join(filter(None, parts))


def _about_quote(quote: QuoteView, base: str) -> str:
    speaker = quote.speaker
    by = ", ".join(filter(None, (speaker.name, speaker.office))) if speaker else ""
    said = (by or "the source itself", quote.said_on, quote.verification)
    return f"{', '.join(filter(None, said))} {base}/quotes/{quote.id}"


@dataclass(frozen=True)
class _Project:
    """What is written, and where the XML waits until it can be packed."""

    scratch: sqlite3.Connection
    chosen: Selection
    xml: Path

    @property
    def made(self) -> dict[str, str]:
        """Return who made a part, and when, as attributes."""
        return {"creatingUser": USER, "creationDateTime": self.chosen.known_at}

    @property
    def is_empty(self) -> bool:
        """Tell whether there is no quote."""
        return next(self.rows("SELECT id FROM quote LIMIT 1"), None) is None

    def rows(self, statement: str, *values: object) -> Iterator[Any]:
        """Return rows of the scratch database."""
        return self.scratch.execute(statement, values)


async def _write(path: Path, project: _Project) -> None:
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        with etree.xmlfile(str(project.xml), encoding="UTF-8") as out:
            out.write_declaration()
            known = project.chosen.known_at
            head = {
                "name": xml_text(project.chosen.matrix.negotiation.cited_title),
                "origin": f"Parley: {project.chosen.slug} as of {project.chosen.as_of}",
                "creatingUserGUID": USER,
                "creationDateTime": known,
            }
            with out.element(f"{{{NAMESPACE}}}Project", head, nsmap={None: NAMESPACE}):
                with out.element(_tag("Users")):
                    out.write(_element("User", guid=USER, name="Parley"))
                with out.element(_tag("CodeBook")), out.element(_tag("Codes")):
                    for code in _codes(project.chosen):
                        out.write(code)
                if not project.is_empty:  # the format has no empty lists
                    with out.element(_tag("Cases")):
                        await _write_cases(project, out)
                    with out.element(_tag("Sources")):
                        await _write_sources(project, out, archive)
        entry = _entry("project.qde", project)
        with archive.open(entry, "w") as whole, project.xml.open("rb") as file:
            while piece := await to_thread.run_sync(file.read, CHUNK):
                whole.write(piece)


async def _write_cases(project: _Project, out: Any) -> None:
    quotes = (
        "SELECT DISTINCT quote.id, quote.uid FROM used JOIN quote ON quote.id = used.quote"
        " WHERE used.party = ? ORDER BY quote.id"
    )
    for (party,) in list(project.rows("SELECT DISTINCT party FROM used ORDER BY party")):
        guid = str(uuid5(OURS, json.dumps(["case", project.chosen.slug, party])))
        about = {"guid": guid, "name": xml_text(project.chosen.names[party])}
        with out.element(_tag("Case"), about):
            async for _, uid in gently(project.rows(quotes, party)):
                out.write(_element("SelectionRef", targetGUID=uid))


async def _write_sources(project: _Project, out: Any, archive: ZipFile) -> None:
    """Write each source with its quotes, and into the archive the text that these make."""
    quotes = "SELECT id, uid, exact, about FROM quote WHERE source = ? ORDER BY id"
    for number, uid, title, about in project.rows("SELECT * FROM source ORDER BY id"):
        path = {"plainTextPath": f"internal://{uid}.txt"}
        with out.element(
            _tag("TextSource"), {"guid": uid, "name": xml_text(title), **path, **project.made}
        ):
            out.write(_described(about))
            parts: list[str] = []
            start = 0
            async for quote, guid, exact, said in gently(project.rows(quotes, number)):
                end = start + len(exact)
                selection = _element(
                    "PlainTextSelection", guid=guid, name=exact[:80],
                    startPosition=str(start), endPosition=str(end), **project.made,
                )  # fmt: skip
                _code_selection(project, selection, quote, said)
                out.write(selection)
                parts.append(exact)
                start = end + len(BETWEEN)
        archive.writestr(_entry(f"sources/{uid}.txt", project), BETWEEN.join(parts).encode())


def _entry(name: str, project: _Project) -> ZipInfo:
    """Return the entry of a file in the archive, dated so that the same data is the same bytes."""
    at = project.chosen.matrix.at.at
    made = ZipInfo(name, (max(at.year, 1980), at.month, at.day, at.hour, at.minute, at.second))
    made.compress_type = ZIP_DEFLATED
    return made


def _codes(chosen: Selection) -> Iterator[Any]:
    for issue in chosen.issues.values():
        top = _code(code_id(chosen.slug, issue.slug), issue.title)
        for option in issue.options:
            below = _code(code_id(chosen.slug, issue.slug, option.slug), option.label)
            for attitude in Attitude:
                for conditional in (False, True):
                    guid = code_id(chosen.slug, issue.slug, option.slug, attitude, conditional)
                    words = ON_CONDITION if conditional else PLAIN
                    below.append(_code(guid, f"{attitude}{words}"))
            top.append(below)
        yield top


def _code(guid: str, name: str) -> Any:
    return _element("Code", guid=guid, name=name, isCodable="true")


def _code_selection(project: _Project, selection: Any, quote: int, said: str) -> None:
    uses = list(project.rows("SELECT codes, about FROM used WHERE quote = ?", quote))
    selection.append(_described("\n".join([said, *(about for _, about in uses)])))
    guid = UUID(selection.get("guid"))
    for code in dict.fromkeys(code for codes, _ in uses for code in json.loads(codes)):
        coding = _element(
            "Coding", guid=str(uuid5(guid, code)),
            **project.made,
        )  # fmt: skip
        coding.append(_element("CodeRef", targetGUID=code))
        selection.append(coding)


def _described(text: str) -> Any:
    made = _element("Description")
    made.text = xml_text(text)
    return made


def _element(tag: str, /, **attributes: str) -> Any:
    made = etree.Element(_tag(tag), nsmap={None: NAMESPACE})
    for attribute, value in attributes.items():
        made.set(attribute, xml_text(value))
    return made


def _tag(name: str) -> str:
    return f"{{{NAMESPACE}}}{name}"
