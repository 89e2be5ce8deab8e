"""Import negotiations, parties, participations, issues and options."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy import select

from app.core.errors import Invalid
from app.datapackage import rows as r
from app.db.engine import among
from app.importing.reconcile import ImportEntry, Importing, settle
from app.log.entry import Change, snapshot
from app.models.issue import Issue, Option
from app.models.negotiation import Negotiation, Participation, Party, Speaker
from app.negotiations.issue_actions import check_options

CellKey = tuple[str, str]  # negotiation, and a party or an issue, by slugs


@dataclass(slots=True)
class ImportedBook:
    """What rows may refer to, in the package or in this database.

    None for what is in the package but has faults.
    """

    negotiations: dict[str, Negotiation | None] = field(default_factory=dict)
    parties: dict[str, Party | None] = field(default_factory=dict)
    participations: dict[CellKey, Participation | None] = field(default_factory=dict)
    speakers: dict[UUID, Speaker | None] = field(default_factory=dict)
    issues: dict[CellKey, Issue | None] = field(default_factory=dict)
    written_issues: set[CellKey] = field(default_factory=set)
    options: dict[CellKey, dict[str, Option]] = field(default_factory=dict)
    broken_options: set[CellKey] = field(default_factory=set)  # issues that have a faulty option


def column_values(row: Any, names: Iterable[str], **more: Any) -> dict[str, Any]:
    """Return the values of a row as the database stores them: enums as plain strings."""
    values = {n: getattr(row, n) for n in names} | more
    return {n: str(v) if isinstance(v, str) else v for n, v in values.items()}


async def take_in(importing: Importing) -> ImportedBook:
    """Import negotiations, parties, participations, issues and options."""
    book = ImportedBook()
    await _negotiations(importing, book)
    await _parties(importing, book)
    await _participations(importing, book)
    await _issues(importing, book)
    await _options(importing, book)
    return book


async def _negotiations(importing: Importing, book: ImportedBook) -> None:
    tables = ("participations", "issues", "options", "positions", "looks")
    named = await importing.named(("negotiations", "slug"), *((t, "negotiation") for t in tables))
    ours = {
        n.slug: n
        for n in await importing.session.scalars(
            select(Negotiation).where(Negotiation.slug.in_(named))
        )
    }
    names = (
        "slug",
        "title",
        "summary",
        "status",
        "coded_through",
        "licence",
        "contact",
        "method",
        "review",
        "invented",
    )
    found = list(importing.rows("negotiations", r.NegotiationRow))
    entries = [
        ImportEntry("negotiations", line, x.version, column_values(x, names), {}, ours.get(x.slug))
        for line, x in found
    ]
    settled = await settle(importing, "negotiation", entries)
    book.negotiations = dict.fromkeys(await importing.named(("negotiations", "slug")))
    book.negotiations |= ours | {n.slug: n for n in settled}


async def _parties(importing: Importing, book: ImportedBook) -> None:
    tables = ("participations", "speakers", "positions", "quotes", "looks")
    named = await importing.named(("parties", "slug"), *((t, "party") for t in tables))
    ours = {
        p.slug: p
        for p in await importing.session.scalars(select(Party).where(Party.slug.in_(named)))
    }
    names = ("slug", "name", "short_name", "kind", "aliases", "wikidata_id")
    found = list(importing.rows("parties", r.PartyRow))
    entries = [
        ImportEntry("parties", line, x.version, column_values(x, names), {}, ours.get(x.slug))
        for line, x in found
    ]
    settled = await settle(importing, "party", entries)
    book.parties = (
        dict.fromkeys(await importing.named(("parties", "slug")))
        | ours
        | {p.slug: p for p in settled}
    )


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a row of a package refers to another row, and to which."""

    table: str
    line: int
    column: str
    key: Any


def refer(importing: Importing, at: Reference, known: dict[Any, Any], reason: str) -> Any:
    """Return what a row refers to, or None if that has faults itself.

    Add a fault and return None if there is no such thing.
    """
    if at.key not in known and not importing.unread(at.column):
        importing.fault(at.table, at.line, at.column, reason)
    return known.get(at.key)


async def _participations(importing: Importing, book: ImportedBook) -> None:
    numbers = [n.id for n in book.negotiations.values() if n]
    slugs = {n.id: n.slug for n in book.negotiations.values() if n}
    wanted = select(Participation, Party).join(Party, Party.id == Participation.party_id)
    ours = {}
    for row, party in await importing.session.execute(
        wanted.where(among(Participation.negotiation_id, numbers))
    ):
        ours[slugs[row.negotiation_id], party.slug] = row
        book.parties.setdefault(party.slug, party)
    book.participations = {
        (n, p): None
        for row in importing.raw.rows["participations"]
        if (n := row["negotiation"]) and (p := row["party"])
    }
    book.participations |= ours
    entries, keys, places = [], [], _Places(ours, lambda key: key[0])
    for line, x in importing.rows("participations", r.ParticipationRow):
        key = (x.negotiation, x.party)
        negotiation = _negotiation(importing, book, "participations", line, x.negotiation)
        at = Reference("participations", line, "party", x.party)
        party = refer(importing, at, book.parties, f"there is no party {x.party!r}")
        if negotiation is None or party is None:
            continue
        consent = (x.role == "principal") if x.consent_required is None else x.consent_required
        values = column_values(
            x, ("role",), negotiation_id=negotiation.id, party_id=party.id, ordinal=x.order
        )
        defaults = {"consent_required": consent}
        if x.consent_required is not None:
            values, defaults = values | defaults, {}
        places.fill(key, values, defaults)
        entry = ImportEntry(
            "participations", line, x.version, values, defaults, ours.get(key), negotiation.id
        )
        entry.values["merged_into_id"] = None
        if into := x.merged_into:
            there = book.parties.get(into)
            entry.values["merged_into_id"] = there.id if there else 0
            entry.later["merged_into_id"] = partial(_party_number, book, into)
            if into == x.party or (x.negotiation, into) not in book.participations:
                importing.fault(
                    "participations",
                    line,
                    "merged_into",
                    f"no other party {into!r} takes part in it",
                )
                continue
        entries.append(entry)
        keys.append(key)
    book.participations |= zip(keys, await settle(importing, "participation", entries), strict=True)


def _party_number(book: ImportedBook, slug: str) -> int | None:
    party = book.parties.get(slug)
    return party.id if party else None


class _Places:
    """Gives rows without an `order` the next place in their group."""

    def __init__(self, ours: dict[Any, Any], of: Any) -> None:
        self._of = of
        self._last: dict[Any, int] = {}
        for key, row in ours.items():
            self._last[of(key)] = max(self._last.get(of(key), 0), row.ordinal)

    def fill(self, key: Any, values: dict[str, Any], defaults: dict[str, Any]) -> None:
        group = self._of(key)
        if values["ordinal"] is None:
            del values["ordinal"]
            defaults["ordinal"] = self._last.get(group, 0) + 1
        self._last[group] = max(
            self._last.get(group, 0), values.get("ordinal", defaults.get("ordinal", 0))
        )


def _negotiation(
    importing: Importing, book: ImportedBook, table: str, line: int, slug: str
) -> Negotiation | None:
    at = Reference(table, line, "negotiation", slug)
    return refer(importing, at, book.negotiations, f"there is no negotiation {slug!r}")


async def _issues(importing: Importing, book: ImportedBook) -> None:
    slugs = {n.id: n.slug for n in book.negotiations.values() if n}
    found = await importing.session.scalars(
        select(Issue).where(among(Issue.negotiation_id, slugs)).order_by(Issue.id)
    )
    ours = {(slugs[i.negotiation_id], i.slug): i for i in found}
    book.issues = {
        (n, s): None
        for row in importing.raw.rows["issues"]
        if (n := row["negotiation"]) and (s := row["slug"])
    }
    book.issues |= ours
    entries, keys, places = [], [], _Places(ours, lambda key: key[0])
    for line, x in importing.rows("issues", r.IssueRow):
        key = (x.negotiation, x.slug)
        negotiation = _negotiation(importing, book, "issues", line, x.negotiation)
        if negotiation is None:
            continue
        names = ("slug", "title", "question", "group", "ordered", "notes")
        values = column_values(x, names, negotiation_id=negotiation.id, ordinal=x.order)
        defaults: dict[str, Any] = {}
        places.fill(key, values, defaults)
        entries.append(
            ImportEntry("issues", line, x.version, values, defaults, ours.get(key), negotiation.id)
        )
        keys.append(key)
    book.issues |= zip(keys, await settle(importing, "issue", entries), strict=True)
    book.written_issues = {key for key, entry in zip(keys, entries, strict=True) if entry.outcome}


async def _options(importing: Importing, book: ImportedBook) -> None:
    issues = {i.id: (key, i) for key, i in book.issues.items() if i}
    found = await importing.session.scalars(
        select(Option).where(among(Option.issue_id, issues)).order_by(Option.id)
    )
    book.options = {key: {} for key in book.issues}
    for option in found:
        book.options[issues[option.issue_id][0]][option.slug] = option
    entries, of = _read_options(importing, book)
    _check_scales(importing, book, of, entries)
    kept = [i for i, key in enumerate(of) if key not in book.broken_options]
    of, entries = [of[i] for i in kept], [entries[i] for i in kept]

    def known(rows: list[Any]) -> None:
        for key, option in zip(of, rows, strict=True):
            book.options[key][option.slug] = option

    await settle(
        importing,
        "option",
        entries,
        first=lambda e: not e.values["status_quo"],
        known=known,
        at_once=True,
    )
    for key in sorted(
        {key for key, entry in zip(of, entries, strict=True) if entry.outcome} - book.written_issues
    ):
        if issue := book.issues[key]:
            importing.late.append(partial(_follow, importing, issue))


def _read_options(
    importing: Importing, book: ImportedBook
) -> tuple[list[ImportEntry], list[CellKey]]:
    """Read the options, each with the key of its issue, and note the issues of faulty ones."""
    read = list(importing.rows("options", r.OptionRow))
    if len(read) < len(importing.raw.rows["options"]):
        book.broken_options = {
            (row["negotiation"] or "", row["issue"] or "") for row in importing.raw.rows["options"]
        }
    entries, of = [], []
    names = ("slug", "label", "rank", "status_quo", "retired")
    slugs = {(x.negotiation, x.issue, x.slug) for _, x in read}
    for line, x in read:
        key = (x.negotiation, x.issue)
        at = Reference("options", line, "issue", key)
        issue = refer(importing, at, book.issues, f"there is no issue {x.issue!r}")
        if issue is None:
            continue
        options = book.options[key]
        entry = ImportEntry(
            "options",
            line,
            x.version,
            column_values(x, names, issue_id=issue.id),
            {},
            options.get(x.slug),
            issue.negotiation_id,
        )
        entry.values["merged_into_id"] = None
        if into := x.merged_into:
            there = options.get(into)
            entry.values["merged_into_id"] = there.id if there else 0
            entry.later["merged_into_id"] = partial(_option_id, options, into)
            known = into != x.slug and (there is not None or (*key, into) in slugs)
            if fault := _merge_fault(x, known=known):
                importing.fault("options", line, *fault)
                book.broken_options.add(key)
                continue
        entries.append(entry)
        of.append(key)
    return entries, of


def _merge_fault(x: r.OptionRow, *, known: bool) -> tuple[str, str] | None:
    """Say in which column, and why, an option cannot be merged; `known`: the other one exists."""
    if not known:
        return "merged_into", f"there is no other option {x.merged_into!r} of this issue"
    if not x.retired:
        return "retired", "must be true, since another option took its place"
    return None


def _check_scales(
    importing: Importing, book: ImportedBook, of: list[CellKey], entries: list[ImportEntry]
) -> None:
    """Check that the options of each issue will fit together after the import; add faults."""
    after = {key: dict(book.options[key]) for key in of}
    lines: dict[CellKey, int] = {}
    for key, entry in zip(of, entries, strict=True):
        said = {n: entry.values[n] for n in ("slug", "rank", "status_quo", "retired")}
        after[key][said["slug"]] = Option(**said)
        lines.setdefault(key, entry.line)
    for key, options in after.items():
        issue = book.issues[key]
        if issue is None:
            continue
        try:
            check_options(issue, list(options.values()))
        except Invalid as error:
            book.broken_options.add(key)
            for fault in error.faults:
                importing.fault("options", lines[key], "slug", f"{key[1]}: {fault.detail}")


def _option_id(options: dict[str, Option], slug: str) -> int | None:
    option = options.get(slug)
    return option.id if option else None


async def _follow(importing: Importing, issue: Issue) -> None:
    # The version of an issue also guards its options (If-Match), so it grows when they change.
    await importing.hold(Issue, {issue.id: issue.version})
    issue.version += 1
    await importing.session.flush()
    change = Change(
        "issue",
        issue.id,
        issue.version,
        "imported",
        snapshot(issue),
        negotiation_id=issue.negotiation_id,
    )
    importing.log.add(change)
