"""Map a discourse network to rows of a positions sheet.

Organisations become parties, concepts become options.
"""

import hashlib
import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from app.dna.reader import CodedStatement, Discourse, Document
from app.spreadsheet.columns import folded
from app.spreadsheet.names import KnownNames, one
from app.spreadsheet.reader import Sheet, SheetLine

ROLES = ("person", "organization", "concept", "agreement")
LIKELY = {
    "person": ("person", "actor", "speaker", "name"),
    "organization": ("organization", "organisation", "party", "group"),
    "concept": ("concept", "claim", "category", "frame"),
    "agreement": ("agreement", "agree", "qualifier", "stance"),
}
ADDRESS = re.compile(r"https?://\S+")
CONTEXT = 60  # characters around a passage that occurs more than once
NOTHING = "-"  # the choice that leaves a name out
_CellDay = tuple[str, str, str]  # party, issue, day


@dataclass(slots=True)
class Chosen:
    """What an editor chose for a file.

    The variable for each role, the party for each organisation, and the option for each concept, as
    `issue/option`.
    """

    variables: dict[str, str] = field(default_factory=dict)
    parties: dict[str, str] = field(default_factory=dict)
    concepts: dict[str, str] = field(default_factory=dict)
    agrees: str = "accepts"


@dataclass(frozen=True, slots=True)
class Unfit:
    """A statement that cannot be imported, and why."""

    statement: CodedStatement
    reason: str


def guess_variables(discourse: Discourse) -> dict[str, str]:
    """Guess which variable plays which role, by the names that the DNA program uses itself."""
    names = {folded(n): n for known in discourse.variables.values() for n in known}
    found = {
        role: next((names[n] for n in likely if n in names), "") for role, likely in LIKELY.items()
    }
    if not found["agreement"]:
        booleans = [
            n
            for known in discourse.variables.values()
            for n, kind in known.items()
            if kind == "boolean"
        ]
        found["agreement"] = booleans[0] if len(booleans) == 1 else ""
    return found


def entities(discourse: Discourse, variable: str) -> list[tuple[str, int]]:
    """Return the values of a variable with the number of their statements, most frequent first."""
    said = Counter(
        str(v).strip()
        for s in discourse.statements
        if (v := s.values.get(variable)) not in (None, "")
    )
    return sorted(said.items(), key=lambda pair: (-pair[1], pair[0]))


def guess_party(names: KnownNames, organisation: str) -> str:
    """Return the slug of the one party with this name, or an empty string."""
    try:
        return one(names.parties, organisation, "party")
    except ValueError:
        return ""


def guess_option(names: KnownNames, concept: str) -> str:
    """Return the one option with this label or slug among all issues, or an empty string.

    A concept `issue: option` is read as this program's own export writes it.
    """
    if (whole := concept.split(": ", 1)) and len(whole) == 2:
        try:
            issue = one(names.issues, whole[0], "issue")
            return f"{issue}/{one(names.options[issue], whole[1], 'option')}"
        except ValueError:
            pass
    found = [
        f"{i}/{slug}"
        for i, known in names.options.items()
        for slug in known.get(folded(concept), ())
    ]
    return found[0] if len(found) == 1 else ""


class _Gathered:
    """Rows of statements that fit together, and what has been said of each cell and day."""

    def __init__(self) -> None:
        self.rows: list[tuple[CodedStatement, dict[str, str], _CellDay]] = []
        self.held: dict[_CellDay, dict[str, tuple[str, int]]] = {}  # by option: verb, statement
        self._texts: dict[tuple[str, str, str], str] = {}  # of sources
        self._seen: dict[tuple[str, ...], int] = {}

    def add(self, s: CodedStatement, wanted: Chosen) -> None:
        """Add the row of a statement unless it repeats another; ValueError if it does not fit."""
        row, option, verb = _row(s, wanted)
        document = (row["source_url"], row["source_reference"], row["source_title"])
        if self._texts.setdefault(document, row["text"]) != row["text"]:
            if row["source_url"]:
                raise ValueError("its document has the address of another, with another text")
            row["source_reference"] += f", document {s.document.id if s.document else 0}"
        key = (row["party"], row["issue"], row["stated_on"])
        there, first = self.held.setdefault(key, {}).setdefault(option, (verb, s.id))
        if there != verb:
            raise ValueError(f"contradicts statement {first}, of the same day, on the same option")
        source = row["source_url"] + row["source_reference"]
        if self._seen.setdefault((*key, row["exact"], source), s.id) == s.id:
            self.rows.append((s, row, key))


def as_sheet(
    discourse: Discourse, wanted: Chosen, name: str, negotiation: str, without: Mapping[int, str]
) -> tuple[Sheet, list[Unfit]]:
    """Turn the statements that fit into rows; return the others with the reason.

    Each row is on the line of its statement's number. `without` names statements to leave out, with
    the reason. What an organisation says on one issue on one day becomes one position.
    """
    sheet = Sheet(name, [], read_as="Discourse Network Analyzer", new_speakers=True)
    unfit = [Unfit(s, without[s.id]) for s in discourse.statements if s.id in without]
    gathered = _Gathered()
    texts: dict[str, str] = {}
    for s in discourse.statements:
        if s.id in without:
            continue
        try:
            gathered.add(s, wanted)
        except ValueError as error:
            unfit.append(Unfit(s, str(error)))
    for s, row, key in gathered.rows:
        for verb in ("prefers", "accepts", "rejects"):
            row[verb] = ";".join(o for o, (v, _) in gathered.held[key].items() if v == verb)
        if s.document and row["text"] and discourse.whole:
            texts[row["text"]] = s.document.text
        else:
            del row["text"]
        cells = {n: c for n, c in row.items() if c}
        sheet.lines.append(SheetLine(s.id, {**cells, "negotiation": negotiation}))
    sheet.columns = sorted({c for line in sheet.lines for c in line.cells})
    sheet.texts = texts
    return sheet, unfit


def _row(s: CodedStatement, wanted: Chosen) -> tuple[dict[str, str], str, str]:
    """Return a statement as a row, its option and its attitude.

    Raises ValueError with the reason if it does not fit.
    """
    said = {role: str(s.values.get(wanted.variables.get(role, ""), "")).strip() for role in ROLES}
    if s.document is None:
        raise ValueError("belongs to no document")
    if not s.document.date:
        raise ValueError("its document has no date")
    words = s.words()
    if not words.strip():
        raise ValueError("its offsets lie outside the text of its document")
    party = wanted.parties.get(said["organization"], NOTHING)
    if not said["organization"] or party == NOTHING:
        raise ValueError(f"no party is chosen for the organisation “{said['organization']}”")
    target = wanted.concepts.get(said["concept"], NOTHING)
    if not said["concept"] or target == NOTHING:
        raise ValueError(f"no option is chosen for the concept “{said['concept']}”")
    if said["agreement"] not in ("0", "1"):
        raise ValueError(f"its agreement is “{said['agreement']}”, neither yes nor no")
    issue, _, option = target.partition("/")
    d = s.document
    person = said["person"]
    row = {
        "party": party,
        "issue": issue,
        "stated_on": d.date or "",
        "exact": words,
        **({"speaker_name": person, "speaker_party": party} if person else {}),
        **_around(s, words),
        **source_of(d),
    }
    return row, option, wanted.agrees if said["agreement"] == "1" else "rejects"


def _around(s: CodedStatement, words: str) -> dict[str, str]:
    """Return the text directly before and after a passage that its document has several times."""
    if s.document is None or s.document.text.count(words) < 2:
        return {}
    units = s.document.text.encode("utf-16-le", "surrogatepass")
    before, after = units[: s.start * 2], units[s.stop * 2 :]
    prefix, suffix = (side.decode("utf-16-le", "replace") for side in (before, after))
    return {"prefix": prefix[-CONTEXT:], "suffix": suffix[:CONTEXT]}


def source_of(d: Document) -> dict[str, str]:
    """Return a document as columns of a source.

    Its address is taken from its metadata; without one, its reference is made of what identifies
    it.
    """
    address = next(
        (found[0] for t in (d.source, d.notes, d.section) if (found := ADDRESS.search(t))), ""
    )
    words = ", ".join(dict.fromkeys(filter(None, [d.source, d.section, d.date or ""])))
    return {
        "source_url": address.rstrip(".,;)"),
        "source_reference": "" if address else words or f"document {d.id}",
        "source_title": " ".join(d.title.split()) or f"Document {d.id}",
        "source_publisher": "" if ADDRESS.search(d.source) else d.source,
        "source_author": d.author,
        "source_kind": d.kind,
        "source_published_on": d.date or "",
        "text": hashlib.sha256(d.text.encode("utf-8", "replace")).hexdigest()
        if d.text.strip()
        else "",
    }


def chosen(
    fields: Mapping[str, str], listed: Iterable[tuple[str, int]], prefix: str
) -> dict[str, str]:
    """Return what the form's fields chose for each of the listed names, by the field's number."""
    return {
        name: fields[f"{prefix}-{i}"]
        for i, (name, _) in enumerate(listed)
        if fields.get(f"{prefix}-{i}")
    }
