"""Serve the form by which whoever has signed in says what is missing or wrong in a cell."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import Depends, Request, Response
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Sender, SignedIn
from app.core.clock import now
from app.core.dates import parse_human
from app.core.errors import DomainError, Fault, Invalid, NotFound
from app.core.input_models import SlugInPath
from app.db.engine import Session, attempt
from app.forms.fields import Field, Kind, Texts, by_field, refused, typed
from app.forms.posted import Sent
from app.forms.sheet import Sheet
from app.http.problems import body_faults
from app.http.routing import Router
from app.http.templating import page
from app.log.reader import Moment, held_by_id, moment
from app.models.vocabulary import Attitude, Firmness, QuoteKind
from app.negotiations.code_book import (
    CodeBook,
    code_book,
    issue_views,
    negotiation_view,
    party_views,
    titles_of,
)
from app.negotiations.navigation import nav
from app.negotiations.queries import list_speakers_named
from app.negotiations.views import IssueView, PartyView
from app.positions.current import CellRange, current_ids
from app.positions.names_at_moment import called
from app.positions.presenter import views
from app.positions.views import PositionView
from app.proposals import actions
from app.proposals.inbox import LAST_DAY
from app.proposals.schemas import ProposalInput
from app.sources.queries import find_source_at
from app.sources.urls import same_document_key

router = Router(prefix="/n/{slug}/cells/{party}/{issue}/propose", include_in_schema=False)

MISSING, WRONG = "missing", "wrong"
NOTE = Field(
    "note",
    "What is missing or wrong?",
    Kind.PROSE,
    "In a few words, for the editors. Where a record is corrected, readers see it as the reason.",
)
QUOTE = (
    Field("exact", "The exact words", Kind.VERBATIM, "As the document has them, not translated."),
    Field("kind", "Kind of quote", Kind.CHOICE, choices=(
        (QuoteKind.DIRECT, "the speaker’s own words"),
        (QuoteKind.REPORTED, "the source’s report"),
    )),
    Field("speaker", "Speaker", hint="Empty if the article itself says it."),
    Field("said_on", "Said on", Kind.DATE, "Such as 17 March 2025."),
)  # fmt: skip
SOURCE = (
    Field("url", "Web address of the document", Kind.URL, "Or words that say where to find it."),
    Field("title", "Its title", hint="Only if Parley does not have the document yet, as the rest."),
    Field("publisher", "Publisher"),
    Field("published_on", "Published on", Kind.DATE),
    Field("text", "Its whole text", Kind.VERBATIM, "Only editors see it; the words are checked."),
)
ATTITUDES = (("", "not stated"), *((a, a) for a in Attitude))
FIRMNESS = tuple((f, f.replace("_", " ")) for f in Firmness)
OF_POINTER = {
    "source_id": "url", "reference": "url", "party": "speaker", "name": "speaker",
    "stated_on": "said_on", "quotes": "exact", "reason": "note", "changes": "note",
    "negotiation": "note",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Place:
    """The slugs of a negotiation, a party and an issue in the address."""

    slug: str
    party: str
    issue: str


def _place(slug: SlugInPath, party: SlugInPath, issue: SlugInPath) -> Place:
    return Place(slug, party, issue)


At = Annotated[Place, Depends(_place)]


class Cell:
    """The cell that a form is about, with its code book and its current position."""

    def __init__(self, at: Moment, book: CodeBook, party: PartyView, issue: IssueView) -> None:
        self.at, self.book, self.party, self.issue = at, book, party, issue
        self.position: PositionView | None = None

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of the form; a stance on each option."""
        options = tuple(
            Field(f"o-{o.slug}", o.label, Kind.CHOICE, choices=ATTITUDES)
            for o in self.issue.options
            if not o.retired or (self.position and o.slug in self.position.attitudes)
        )
        what: tuple[tuple[str, str], ...] = (
            (MISSING, "A position is missing, or there is a newer one"),
        )
        if self.position:
            what += ((WRONG, "The position shown is wrong"),)
        about = Field("what", "Which of these?", Kind.CHOICE, choices=what)
        firmness = Field("firmness", "Firmness", Kind.CHOICE, choices=FIRMNESS)
        return (about, NOTE, *QUOTE, *SOURCE, *options, firmness)


@router.get("")
async def offer(
    request: Request,
    session: Session,
    viewer: SignedIn,
    place: At,
) -> Response:
    """Show the form beside what is saved, its stance filled in from that."""
    cell = await _cell(session, place)
    values = typed(cell.fields, {"what": MISSING, "kind": QuoteKind.DIRECT, **_stance(cell)})
    return await _form(request, session, cell, Sheet(cell.fields, values))


@router.post("")
async def take(
    request: Request,
    session: Session,
    viewer: Sender,
    sent: Sent,
    place: At,
) -> Response:
    """Propose what the form says, or show it again with what is wrong with it."""
    cell = await _cell(session, place)
    sheet = Sheet(cell.fields, typed(cell.fields, sent.values))
    if sent.shown_again:
        return await _form(request, session, cell, sheet)
    made: list[int] = []
    # Without a savepoint: what is refused gives its connection back.
    async with attempt(session, savepoint=False) as errors:
        body = await _body(session, cell, sheet.values)
        rows = await actions.propose(
            session,
            request.app.state.sessions,
            viewer=viewer,
            sent=_read(body),
            now=now(),
        )
        made = [row.id for row in rows]
    if errors:
        sheet.status, sheet.errors = errors[0].status, _errors(cell.fields, errors[0])
        return await _form(request, session, await _cell(session, place), sheet)
    return RedirectResponse(f"/proposals/{made[0]}?told=proposed", 303)


async def _cell(session: AsyncSession, place: Place) -> Cell:
    """Return the cell as readers see it now; NotFound if there is no such cell."""
    party, issue = place.party, place.issue
    at = await moment(session)
    book = await code_book(session, at, place.slug)
    parties = {p.slug: p for p in party_views(book)}
    issues = {i.slug: i for i in issue_views(book)}
    if party not in parties or issue not in issues:
        raise NotFound("There is no such cell.")
    cell = Cell(at, book, parties[party], issues[issue])
    party_id = next(i for i, p in book.parties.items() if p["slug"] == party)
    issue_id = next(i.id for i in book.issues if i["slug"] == issue)
    where = CellRange(book.negotiation.id, [party_id], [issue_id])
    current = await current_ids(session, at, where, as_of=LAST_DAY)
    held = await held_by_id(session, at, "position", list(current.values()))
    cell.position = next(iter(await views(session, at, list(held.values()))), None)
    return cell


async def _form(request: Request, session: AsyncSession, cell: Cell, sheet: Sheet) -> Response:
    shown = [cell.position] if cell.position else []
    return page(
        request,
        "proposals/propose.html",
        status=sheet.status,
        sheet=sheet,
        negotiation=negotiation_view(cell.book.negotiation),
        party=cell.party,
        issue=cell.issue,
        position=cell.position,
        names=await called(session, cell.at, cell.book.party_names(), shown),
        titles=titles_of(issue_views(cell.book)),
        nav=nav(cell.book.negotiation["slug"]),
    )


def _stance(cell: Cell) -> Texts:
    """Return the fields that say what the party wants, as it is saved."""
    held = cell.position
    if held is None:
        return {"firmness": Firmness.UNCLEAR}
    return {"firmness": held.firmness} | {f"o-{s}": a for s, a in held.attitudes.items()}


def _read(body: dict[str, Any]) -> ProposalInput:
    try:
        return ProposalInput.model_validate(body)
    except ValidationError as error:
        raise Invalid("Nothing was proposed.", *body_faults(error, body)) from None


async def _body(session: AsyncSession, cell: Cell, values: Mapping[str, str]) -> dict[str, Any]:
    """Return the proposal as the API takes it; raise Invalid for what it cannot be made of."""
    faults: list[Fault] = []
    wrong = values["what"] == WRONG and cell.position is not None
    quote = await _quote(session, values, faults)
    source = await _source(session, quote, values, faults)
    note = values["note"].strip()
    if wrong and not note:
        faults.append(Fault("/note", "say what is wrong"))
    if not quote and not wrong:
        faults.append(Fault("/exact", "copy the words that show it"))
    stated = {s[2:]: v for s, v in values.items() if s.startswith("o-") and v}
    held = _stance(cell)
    changes: dict[str, Any] = {}
    if {s: v for s, v in held.items() if s.startswith("o-")} != {
        f"o-{s}": v for s, v in stated.items()
    }:
        dropped = {s[2:]: None for s in held if s.startswith("o-") and s[2:] not in stated}
        changes["attitudes"] = stated | dropped
    if values["firmness"] != held["firmness"]:
        changes["firmness"] = values["firmness"]
    if wrong and not quote and not changes:
        faults.append(Fault("/note", "change what is wrong below, or add the words that show it"))
    if faults:
        raise Invalid("Nothing was proposed.", *faults)
    brought = {"source": source} if source else {}
    if wrong and cell.position:
        if quote:
            changes["quotes"] = [*({"id": q.id} for q in cell.position.quotes), quote]
        seen = {"position": cell.position.id, "version": cell.position.version}
        return {
            "kind": "correction",
            "correction": {**seen, "reason": note, "changes": changes},
            **brought,
        }
    where = {
        "negotiation": cell.book.negotiation["slug"],
        "party": cell.party.slug,
        "issue": cell.issue.slug,
    }
    said = {"attitudes": stated, "firmness": values["firmness"], "quotes": [quote]}
    return {"kind": "position", "position": {**where, **said}, "note": note or None, **brought}


async def _quote(
    session: AsyncSession, values: Mapping[str, str], faults: list[Fault]
) -> dict[str, Any]:
    """Return the quote that was typed, empty if there is none."""
    if not values["exact"].strip():
        return {}
    quote: dict[str, Any] = {"exact": values["exact"].strip(), "kind": values["kind"] or "direct"}
    if day := _day("said_on", values, faults):
        quote["said_on"] = day
    if name := " ".join(values["speaker"].split()):
        known = [s for s in await list_speakers_named(session, name) if s.public]
        quote["speaker"] = name if known else {"name": name}
    return quote


async def _source(
    session: AsyncSession, quote: dict[str, Any], values: Mapping[str, str], faults: list[Fault]
) -> dict[str, Any]:
    """Put the source of the quote into it, or return the new one that was typed."""
    if not quote:
        return {}
    where = values["url"].strip()
    if not where:
        faults.append(Fault("/url", "say where the words are from"))
        return {}
    is_url = "://" in where
    if is_url:
        try:
            there = await find_source_at(session, same_document_key(where))
        except ValueError:
            there = None
        if there is not None:
            quote["source_id"] = there.id
            return {}
    made = {n: values[n].strip() for n in ("title", "publisher") if values[n].strip()}
    if day := _day("published_on", values, faults):
        made["published_on"] = day
    for name, asked in (("title", "its title"), ("text", "its text")):
        if not values[name].strip():
            faults.append(Fault(f"/{name}", f"Parley does not have this document: enter {asked}"))
    return {**made, "url" if is_url else "reference": where, "text": values["text"]}


def _day(name: str, values: Mapping[str, str], faults: list[Fault]) -> str | None:
    """Read a date as people write it; add what is none to the faults."""
    if not values[name].strip():
        return None
    try:
        return parse_human(values[name], now().date()).text
    except ValueError as error:
        faults.append(Fault(f"/{name}", str(error)))
        return None


def _errors(fields: tuple[Field, ...], error: DomainError) -> Texts:
    """Return the words of a refusal by the field that they are about."""
    known = {f.name for f in fields}
    faults = []
    for fault in error.faults:
        parts = [p for p in fault.where.split("/") if p]
        names = [f"o-{parts[-1]}" if "attitudes" in parts else "", *reversed(parts)]
        named = (OF_POINTER.get(n, n) for n in names)
        name = next((n for n in named if n in known), NOTE.name)
        closest = fault.extra.get("closest")
        more = f". The closest passage is “{closest['exact']}”" if closest else ""
        faults.append(Fault(f"/{name}", fault.detail + more))
    return by_field(fields, faults, refused) or {NOTE.name: error.detail}
