"""Show answers of the API to agents: shorter, with addresses, and with what must not be misread.

Nothing is computed here. Fields are left out that only programs need (offsets, contexts of quotes);
an agent that wants them reads the quote itself.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from app.models.vocabulary import QuoteKind, Verification
from app.positions.phrases import listed, only_if

Json = dict[str, Any]
Names = Mapping[str, str]  # by slug

OF_POSITION = (
    "id", "version", "status", "act", "negotiation", "party", "issue", "summary", "firmness",
    "attitudes", "inferred", "attributed_by", "stated_on", "stated_by", "links", "redacted",
)  # fmt: skip
OF_QUOTE = (
    "id", "exact", "kind", "speaker", "said_on", "language", "translated_from", "translation",
    "verification", "link", "page", "redacted",
)  # fmt: skip
OF_SOURCE = ("id", "title", "publisher", "published_on", "url", "reference")
OPTIONAL = ("links", "inferred", "attributed_by", "redacted", "translation", "page", "reference")

VERIFICATIONS: Mapping[str, str] = {
    Verification.VERIFIED: "`verified`: the words occur in the source, checked by machine.",
    Verification.ATTESTED: "`attested`: the words were checked elsewhere, not against a text here.",
    Verification.AMBIGUOUS: "`ambiguous`: the words occur in the source more than once, and it is "
    "not settled which place is meant.",
    Verification.UNVERIFIED: "`unverified`: there is no text of the source here, so no machine has "
    "checked the words. Say so when you quote them.",
    Verification.MISMATCH: "`mismatch`: the words do not occur in the text of the source. Do not "
    "print them as a quote.",
}
HEARSAY = (
    "Where `attributed_by` names parties, only these say so, not the party itself. Name them "
    "whenever you report the position."
)
REPORTED = (
    "Quotes of the kind `reported` are the source's words about the position, not the party's own."
)
CONDITIONS = "A condition belongs to its option: report it whenever you report the attitude."


class Cards:
    """Shows positions, quotes and sources, and remembers what a reader has to know of them."""

    def __init__(self, base: str) -> None:
        self.base = base
        self.verifications: Counter[str] = Counter()
        self.hearsay = self.conditions = self.reported = False

    def position(self, p: Mapping[str, Any] | None) -> Json | None:
        """Show a position with its quotes and its permanent address."""
        if p is None:
            return None
        made = _kept(p, OF_POSITION)
        made["conditions"] = {option: only_if(c) for option, c in p["conditions"].items()}
        self.conditions = self.conditions or bool(p["conditions"])
        self.hearsay = self.hearsay or bool(p["attributed_by"])
        version = f"/versions/{p['version']}" if "version" in p else ""
        made["address"] = f"{self.base}/positions/{p['id']}{version}"
        if "quotes" in p:
            made["quotes"] = [self.quote(quote) for quote in p["quotes"]]
        return made

    def quote(self, q: Mapping[str, Any]) -> Json:
        """Show a quote with its source and its permanent address."""
        made = _kept(q, OF_QUOTE)
        self.verifications[q["verification"]] += 1
        self.reported = self.reported or q["kind"] == QuoteKind.REPORTED
        made["source"] = self.source(q["source"])
        made["address"] = f"{self.base}/quotes/{q['id']}"
        return made

    def source(self, s: Mapping[str, Any]) -> Json:
        """Show what to cite of a source."""
        return {**_kept(s, OF_SOURCE), "address": f"{self.base}/sources/{s['id']}"}

    def line(self, line: Mapping[str, Any]) -> Json:
        """Add the address of the position or quote that a line of an analysis names."""
        made = dict(line)
        if made.get("condition"):
            made["condition"] = only_if(made["condition"])
            self.conditions = True
        self.hearsay = self.hearsay or bool(made.get("attributed_by"))
        if isinstance(made.get("position"), int):
            made["address"] = f"{self.base}/positions/{made['position']}"
        if isinstance(made.get("quote"), int):
            made["quote_address"] = f"{self.base}/quotes/{made['quote']}"
        return made

    def lines(self, lines: Sequence[Mapping[str, Any]] | None) -> list[Json]:
        """Add addresses to several lines."""
        return [self.line(line) for line in lines or ()]

    def cell(self, cell: Mapping[str, Any], parties: Names, issues: Names) -> Json:
        """Show a cell; a silent one says in words what its silence means."""
        made = {**cell, "position": self.position(cell["position"])}
        party, issue = parties[cell["party"]], issues[cell["issue"]]
        if cell["position"] is None:
            made["says"] = silence(cell, party, issue)
        elif cell["position"]["attributed_by"]:
            named = listed(cell["position"]["attributed_by"], parties)
            made["says"] = f"Only {named} says so of {party}; {party} has not said it itself."
        return made

    def notes(self) -> list[str]:
        """Say what the marks mean that were shown."""
        found = [VERIFICATIONS[v] for v in VERIFICATIONS if self.verifications[v]]
        marks = (
            (self.reported, REPORTED),
            (self.hearsay, HEARSAY),
            (self.conditions, CONDITIONS),
        )
        return [*found, *(note for seen, note in marks if seen)]


def silence(cell: Mapping[str, Any], party: str, issue: str) -> str:
    """Say in words what it means that a cell has no position."""
    if cell.get("possible"):
        days = " or ".join(cell["possible_stated_on"])
        return (
            f"{party} may have taken a position on “{issue}” by this day: it is dated {days}. "
            "Do not call this silence."
        )
    if cell["silence"] == "searched":
        look = cell.get("look") or {}
        where = f" ({look['where']})" if look.get("where") else ""
        return (
            f"{party} has no stated position on “{issue}”: somebody searched on "
            f"{look.get('looked_on')}{where} and found nothing. That is neither yes nor no."
        )
    return (
        f"Nobody has searched yet whether {party} has a position on “{issue}”. Nothing follows "
        "from that about what it wants."
    )


def names_of(rows: Sequence[Mapping[str, Any]], field: str) -> dict[str, str]:
    """Return names by slug."""
    return {row["slug"]: row[field] for row in rows}


def _kept(row: Mapping[str, Any], names: Sequence[str]) -> Json:
    """Return some fields of a row, without those that may be left out and are empty."""
    return {n: row[n] for n in names if n in row and (row[n] or n not in OPTIONAL)}
