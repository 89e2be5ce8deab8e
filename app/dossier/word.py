"""Write a party's dossier as a Word document: headings, quotations, and a foot on each page."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import anyio.to_thread
from docx import Document as new_document
from docx.document import Document
from docx.text.paragraph import Paragraph

from app.core import dates
from app.core.gently import gently
from app.core.xml_text import xml_text
from app.dossier import word_style
from app.dossier.about import About
from app.dossier.entries import Dossier, Entry, RedLine
from app.dossier.passages import Quoted
from app.dossier.word_parts import add_row, link, table, write, write_passage
from app.dossier.wording import attribution, cut, firmness, moved, sources_of, stances, stated
from app.matrix import formatting
from app.matrix.move_labels import MAY_BE_OLDER
from app.models.vocabulary import QuoteKind
from app.pictures import words
from app.positions.phrases import according_to, led
from app.positions.views import QuoteView

MOST_TOLD = 200  # letters of a property; python-docx takes 255
MOST_LETTERS = 3_000  # of a quote; all of it is at its address
APART = "\u200e · "  # after a text from right to left, what follows would else join it
ANY_YEAR = "0000"  # on paper every day has its year


async def write_dossier(dossier: Dossier, about: About) -> bytes:
    """Return the document, written in steps, so that others are answered meanwhile."""
    document = await anyio.to_thread.run_sync(new_document)
    word_style.prepare(document)
    pen = Pen(document, dossier, about, word_style.ids_of(document))
    async for _ in gently(pen.write()):
        pass
    return await anyio.to_thread.run_sync(_saved, document)


def _saved(document: Document) -> bytes:
    """Return the file; its parts do not say when it was made, so that the same view is the same."""
    file, timeless = io.BytesIO(), io.BytesIO()
    document.save(file)
    with zipfile.ZipFile(file) as made, zipfile.ZipFile(timeless, "w") as again:
        for part in made.infolist():
            again.writestr(zipfile.ZipInfo(part.filename), made.read(part), zipfile.ZIP_DEFLATED)
    return timeless.getvalue()


@dataclass(frozen=True, slots=True)
class Pen:
    """Writes one document, from top to bottom."""

    document: Document
    dossier: Dossier
    about: About
    styles: Mapping[str, str]  # their ids, by name

    def write(self) -> Iterator[None]:
        """Write it; each part is one step."""
        dossier, negotiation = self.dossier, self.dossier.matrix.negotiation
        self._properties()
        foot = [negotiation.licence] if negotiation.licence else []
        known_at = self.about.known_at_words
        word_style.head_and_foot(
            self.document,
            f"{dossier.party.name} · {negotiation.cited_title} · as of {self._day}",
            " · ".join([f"As of {self._day}, as Parley knew it on {known_at}", *foot]),
            self.about.permalink,
        )
        self._opening()
        yield
        if dossier.is_elsewhere:
            return
        yield from self._red_lines()
        yield from self._overview()
        yield from self._issues()
        yield from self._sources()

    @property
    def _day(self) -> str:
        return dates.display(self.about.as_of)

    def _properties(self) -> None:
        told = self.document.core_properties
        told.title = xml_text(f"{cut(self.dossier.party.name, MOST_TOLD)}: dossier")
        told.subject = xml_text(cut(self.dossier.matrix.negotiation.cited_title, MOST_TOLD))
        told.author, told.last_modified_by, told.comments = "Parley", "Parley", ""
        told.language = "en"
        # The same view is the same document, whenever it is made.
        told.created = told.modified = self.about.known_at.replace(tzinfo=None, microsecond=0)

    def _new(self, style: str) -> Paragraph:
        """Add a paragraph; python-docx would look through all styles each time, for 8 ms."""
        paragraph = self.document.add_paragraph()
        paragraph._p.style = self.styles[style]
        return paragraph

    def _paragraph(self, text: str, style: str = "Normal") -> None:
        write(self._new(style), text)

    def _heading(self, text: str, level: int) -> None:
        self._paragraph(text, f"Heading {level}")

    def _opening(self) -> None:
        dossier, negotiation = self.dossier, self.dossier.matrix.negotiation
        party, totals = dossier.party, dossier.totals
        self._paragraph(party.name, "Title")
        self._paragraph(f"{negotiation.cited_title}, as of {self._day}", "Subtitle")
        kind = f"{party.kind}, {party.role}" if party.kind else party.role
        needed = "needed" if party.consent_required else "not needed"
        said = [f"{totals.positions} of {dossier.matrix.total_cells} issues have a position"]
        if totals.searched:
            said.append(f"nothing was found on {totals.searched}")
        if totals.never_searched:
            said.append(f"nobody has looked yet on {totals.never_searched}")
        self._paragraph(f"{kind[0].upper()}{kind[1:]}; {needed} for a deal. {'; '.join(said)}.")
        if negotiation.invented:
            self._paragraph("Invented for practice: no place, person or paper here exists.")
        if party.merged_into:
            other = dossier.names.get(party.merged_into, party.merged_into)
            self._paragraph(f"{party.name} is now part of {other}: its positions are there.")
        for note in self.about.notes:
            self._paragraph(note)

    def _red_lines(self) -> Iterator[None]:
        dossier = self.dossier
        self._heading("Red lines", 1)
        if not dossier.totals.red_lines:
            name = dossier.party.name
            self._paragraph(f"No red line of {name} is on record, as of {self._day}.")
        elif not dossier.red_lines:
            self._paragraph("They are listed in the first part of this dossier.")
        for line in dossier.red_lines:
            self._red_line(line)
            yield
        left = len(dossier.totals.red_lines) - len(dossier.red_lines)
        if dossier.red_lines and left:
            self._paragraph(f"And {left} more.")

    def _red_line(self, line: RedLine) -> None:
        paragraph = self._new("List Bullet")
        write(paragraph, line.issue.title).bold = True
        said = formatting.stance_words(line.issue, line.position)
        heard = according_to(line.position.attributed_by, self.dossier.names)
        write(paragraph, f": {said}{heard and f', {heard}'} ({stated(line.position)})")
        self._quoted(line.quoted)

    def _overview(self) -> Iterator[None]:
        self._heading("Overview", 1)
        columns = [("Issue", 4.5), ("What it wants", 6.5), ("Firmness", 2.6), ("Stated", 3.4)]
        made = table(self.document, columns)
        for entry in self.dossier.entries:
            position = entry.cell.position
            if position is None:
                said = words.silence(entry.cell, ANY_YEAR)
                add_row(made, [entry.issue.title, said, "", ""])
            else:
                heard = according_to(position.attributed_by, self.dossier.names)
                stance = formatting.stance_line(entry.issue, position)
                add_row(
                    made,
                    [
                        entry.issue.title,
                        f"{stance}{heard and f', {heard}'}",
                        firmness(position),
                        dates.display(position.stated_on) if position.stated_on else "undated",
                    ],
                )
            yield

    def _issues(self) -> Iterator[None]:
        self._heading("Issue by issue", 1)
        grouped = any(entry.issue.group for entry in self.dossier.entries)
        for group, entries in self.dossier.groups:
            if grouped:
                self._heading(group or "Other issues", 2)
            for entry in entries:
                self._entry(entry, 3 if grouped else 2)
                yield

    def _entry(self, entry: Entry, level: int) -> None:
        issue, position = entry.issue, entry.cell.position
        self._heading(issue.title, level)
        if issue.question and issue.question != issue.title:
            self._paragraph(issue.question, "Question")
        if position is None:
            said = words.silence(entry.cell, ANY_YEAR)
            return self._paragraph(f"{said[0].upper()}{said[1:]}.")
        if position.summary and position.summary != formatting.stance_line(issue, position):
            said = led(position.summary, position.attributed_by, self.dossier.names)
            self._paragraph(said)
        for line in stances(issue, position):
            self._paragraph(line, "List Bullet")
        facts = [f"{firmness(position)}, {stated(position)}".removeprefix(", ")]
        heard = according_to(position.attributed_by, self.dossier.names)
        facts += [f"not in its own words: {heard}"] if heard else []
        if position.salience is not None:
            facts.append(f"salience {position.salience} of 100, an estimate")
        facts += [MAY_BE_OLDER] if entry.cell.order_uncertain else []
        facts += ["a newer position is possible"] if entry.cell.possible else []
        self._paragraph(f"{'; '.join(facts)}.")
        self._quoted(entry.quoted)
        self._paragraph(moved(entry, self.dossier.names))

    def _quoted(self, quoted: Quoted) -> None:
        for quote in quoted.printed:
            self._quote(quote)
        for again in quoted.repeated:
            paragraph = self._new("Quote source")
            write(paragraph, "Quoted above: ")
            write(paragraph, f"“{cut(again.quote.exact, 60)}”", language=again.quote.language)
        if quoted.left_out:
            self._paragraph(f"And {quoted.left_out} more quotes.", "Quote source")

    def _quote(self, quote: QuoteView) -> None:
        if quote.redacted:
            reason = f"The text of this quote was redacted: {quote.redacted.reason}"
            self._paragraph(reason, "Quote source")
        else:
            exact = cut(quote.exact, MOST_LETTERS)
            direct = quote.kind == QuoteKind.DIRECT and exact[0] not in '“«„"'
            paragraph = self._new("Quote")
            write_passage(paragraph, f"“{exact}”" if direct else exact, quote.language)
            if quote.translation:
                said = f"Our translation: {cut(quote.translation, MOST_LETTERS)}"
                self._paragraph(said, "Quote")
        paragraph = self._new("Quote source")
        for part in attribution(quote, self.dossier.names):
            write(paragraph, part)
            write(paragraph, APART)
        longest = max(len(quote.exact), len(quote.translation or ""))
        if not quote.redacted and longest > MOST_LETTERS:
            write(paragraph, "shortened here, all of it is at ")
        address = f"{self.about.origin}/quotes/{quote.id}"
        link(paragraph, address, address)

    def _sources(self) -> Iterator[None]:
        found = sources_of(self.dossier)
        if not found:
            return
        self._heading("Sources of the quotes", 1)
        columns = [("Title", 6.0), ("Publisher", 3.4), ("Published", 3.0), ("Where", 4.6)]
        made = table(self.document, columns)
        for source in found:
            day = dates.display(source.published_on) if source.published_on else ""
            where = source.url or source.reference or ""
            add_row(made, [source.title, source.publisher or "", day, where])
            yield
