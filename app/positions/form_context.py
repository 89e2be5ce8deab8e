"""Everything that the form for a position shows, whatever it is for: `entry` of `templates/positions/_form.html`."""

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.clock import now
from app.history.read import moment
from app.models.source import Quote, Source
from app.models.vocabulary import PositionStatus
from app.negotiations.queries import code_book, issue_views, negotiation_view, party_views
from app.negotiations.views import IssueView, NegotiationView, OptionView, PartyView
from app.positions import queries
from app.positions.dating import QuoteDates, StatedError, stated
from app.positions.form import Values, block, counts, is_kept, iso, number, numbered
from app.positions.form_rows import Change, Titles, difference
from app.positions.lookups import settle_sources, source_label, sources_like, speakers_like, titles_of
from app.positions.views import PositionView, QuoteView
from app.sources.actions import check_text
from app.sources.anchoring import Check
from app.sources.queries import newest_texts
from app.sources.wording import Op, words_diff

Mode = Literal["new", "move", "correct"]
WHERE = {"new": "/n/{slug}/positions/new", "move": "/positions/{id}/move", "correct": "/positions/{id}/correct"}


@dataclass(frozen=True, slots=True)
class Checked:
    """What a live check of a quote's words shows."""

    n: int
    typed: str = ""
    check: Check | None = None  # None: nothing to check yet

    @property
    def pieces(self) -> list[tuple[Op, str, str]]:
        """What to change in the typed words to have those of the source."""
        return words_diff(self.typed, self.check.closest.exact) if self.check and self.check.closest else []


@dataclass(frozen=True, slots=True)
class Block:
    """One quote of the form: kept as it is, or typed."""

    n: int
    q: Values
    kept: QuoteView | None
    checked: Checked | None


@dataclass(frozen=True, slots=True)
class Span:
    """From when to when the position would count, or what keeps that from being said."""

    stated_on: str | None = None
    first: str | None = None
    last: str | None = None
    trouble: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One rendering of the form; templates read it and nothing else."""

    mode: Mode
    action: str  # the address that it is sent to
    negotiation: NegotiationView
    parties: Sequence[PartyView]
    issues: Sequence[IssueView]
    party: PartyView | None
    issue: IssueView | None
    position: PositionView | None  # that is corrected, or from which the party moved
    options: Sequence[OptionView]
    values: Values
    blocks: Sequence[Block]
    links: Sequence[int]
    span: Span
    changes: Sequence[Change]
    sources: Sequence[str]
    speakers: Sequence[tuple[str | None, str | None, str | None]]  # name, office, party
    names: Mapping[str, str]
    token: str
    version: str
    may_publish: bool
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str | None = None
    focus: str | None = None

    @property
    def party_choices(self) -> list[tuple[str, str]]:
        return [(p.slug, p.name) for p in self.parties]

    @property
    def issue_choices(self) -> list[tuple[str, str]]:
        return [(i.slug, i.title) for i in self.issues]

    @property
    def link_choices(self) -> list[tuple[str, str]]:
        """The other issues and their options, by what a link is written as."""
        found = [("", "nothing")]
        for issue in self.issues:
            if self.issue is None or issue.slug != self.issue.slug:
                found.append((issue.slug, issue.title))
                found += [
                    (f"{issue.slug}/{o.slug}", f"{issue.title}: {o.label}") for o in issue.options if not o.retired
                ]
        return found

    @property
    def fixed(self) -> bool:
        """Its cell is settled, and shown as text."""
        return self.mode != "new"

    @property
    def draft(self) -> bool:
        return self.mode == "correct" and self.position is not None and self.position.status == PositionStatus.DRAFT

    @property
    def needs_reason(self) -> bool:
        return self.mode == "correct" and not self.draft

    @property
    def title(self) -> str:
        return {
            "new": "New position",
            "move": "The party moved",
            "correct": "Draft" if self.draft else "The record was wrong",
        }[self.mode]


def new_token() -> str:
    return secrets.token_urlsafe(18)


async def form_context(
    session: AsyncSession,
    viewer: Viewer,
    slug: str,
    *,
    mode: Mode = "new",
    position: PositionView | None = None,
    values: Mapping[str, str] | None = None,
    base: Mapping[str, str] | None = None,
    errors: Mapping[str, str] | None = None,
    notice: str | None = None,
    focus: str | None = None,
    action: str | None = None,
) -> Entry:
    """Prepare the form for a negotiation's editor; a page shows it with `entry=await form_context(...)` and
    `{% include "positions/_form.html" %}`, and loads `js/position-form.js` in its block `scripts`.

    `values` are the fields as they are to stand in it, by the names that `app.positions.form` explains; for an address
    (`?party=&issue=&source=&exact=&prefix=&suffix=&said_on=`) `form_pages.prefilled` makes them. The rest is for the
    pages of the form itself: `position` to move from or to correct, `base` what a correction is compared with, `errors`
    by field. The form is sent to `/n/{slug}/positions/new`, which shows it alone where something is wrong with it.
    """
    at = await moment(session)
    book = await code_book(session, at, slug)
    form, sources = await settle_sources(session, values or {})
    parties, issues = party_views(book), issue_views(book)
    party = next((p for p in parties if p.slug == form.get("party")), None)
    issue = next((i for i in issues if i.slug == form.get("issue")), None)
    kept = await kept_quotes(session, form)
    titles = titles_for(issues, issue, kept, sources)
    spoken = [(s.name, s.office, p) for s, p in await speakers_like(session, "", form.get("party"))]
    own_draft = position is not None and position.status != PositionStatus.PUBLISHED and mode == "correct"
    author = await _author(session, position) if own_draft else viewer.name
    return Entry(
        mode=mode,
        action=action or WHERE[mode].format(slug=slug, id=position.id if position else ""),
        negotiation=negotiation_view(book.negotiation),
        parties=parties,
        issues=issues,
        party=party,
        issue=issue,
        position=position,
        options=[o for o in issue.options if not o.retired or form.get(f"o-{o.slug}")] if issue else [],
        values=form,
        blocks=await _blocks(session, form, kept, sources),
        links=numbered(form, "l"),
        span=preview(form, kept, sources, today=now().date()),
        changes=difference(base, form, titles) if base is not None else [],
        sources=[source_label(s) for s in await sources_like(session, "")],
        speakers=spoken,
        names={p.slug: p.name for p in parties},
        token=form.get("token") or new_token(),
        version=form.get("version") or (str(position.version) if position else ""),
        may_publish=not (book.negotiation["review"] and author == viewer.name),
        errors=errors or {},
        notice=notice,
        focus=focus,
    )


async def kept_quotes(session: AsyncSession, form: Mapping[str, str]) -> dict[int, QuoteView]:
    """The quotes on file that a form names by number."""
    ids = [number(form[f"q-{n}-id"]) for n in numbered(form, "q") if is_kept(block(form, n))]
    rows = [q for i in dict.fromkeys(ids) if i and (q := await session.get(Quote, i))]
    return {q.id: q for q in await queries.quotes_as_held(session, await moment(session), rows)}


async def check_block(session: AsyncSession, form: Mapping[str, str], n: int) -> Checked:
    """Check the words of one block against the text of its source."""
    q = block(form, n)
    exact, source_id = q.get("exact", ""), number(q.get("source_id"))
    if not exact.strip() or source_id is None:
        return Checked(n)
    on_file = (await newest_texts(session, [source_id])).get(source_id)
    found = await check_text(on_file.text if on_file else None, exact, q.get("prefix") or None, q.get("suffix") or None)
    return Checked(n, exact, found)


def preview(
    form: Mapping[str, str], kept: Mapping[int, QuoteView], sources: Mapping[int, Source], *, today: date
) -> Span:
    """Rule 3 for what stands in the form, as if it were published today."""
    quotes = []
    for n in numbered(form, "q"):
        q = block(form, n)
        if not counts(q):
            continue
        if is_kept(q):
            view = kept.get(number(q["id"]) or 0)
            quotes.append(QuoteDates(view.said_on, view.source.published_on) if view else QuoteDates(None, None))
        else:
            source = sources.get(number(q.get("source_id")) or 0)
            published = iso(q.get("new_published_on", "")) or None
            quotes.append(QuoteDates(iso(q.get("said_on", "")) or None, source.published_on if source else published))
    try:
        by_hand = {n: date.fromisoformat(iso(form[n])) for n in ("stated_from", "stated_by") if form.get(n, "").strip()}
        when = stated(iso(form.get("stated_on", "")) or None, quotes, recorded_day=today, **by_hand)
    except StatedError as error:
        anything = quotes or form.get("stated_on", "").strip()
        return Span(trouble=error.message if anything and "is missing" not in error.message else None)
    except ValueError:
        return Span()
    return Span(when.stated_on, when.stated_from.isoformat(), when.stated_by.isoformat())


async def _blocks(
    session: AsyncSession, form: Mapping[str, str], kept: Mapping[int, QuoteView], sources: Mapping[int, Source]
) -> list[Block]:
    found = []
    for n in numbered(form, "q"):
        q = block(form, n)
        known = kept.get(number(q.get("id")) or 0)
        found.append(Block(n, q, known, None if known else await check_block(session, form, n)))
    return found


def titles_for(
    issues: Sequence[IssueView],
    issue: IssueView | None,
    kept: Mapping[int, QuoteView],
    sources: Mapping[int, Source],
) -> Titles:
    links = {i.slug: i.title for i in issues}
    links |= {f"{i.slug}/{o.slug}": f"{i.title}: {o.label}" for i in issues for o in i.options}
    quotes = {q.id: f"“{q.exact}” ({who})" if (who := speaker_of(q)) else f"“{q.exact}”" for q in kept.values()}
    options = {o.slug: o.label for o in issue.options} if issue else {}
    return Titles(options, links, quotes, titles_of(sources.values()))


def speaker_of(quote: QuoteView) -> str:
    return ", ".join(filter(None, [quote.speaker.name, quote.speaker.office])) if quote.speaker else ""


async def _author(session: AsyncSession, position: PositionView | None) -> str | None:
    return (await queries.get_position(session, position.id)).created_by if position else None
