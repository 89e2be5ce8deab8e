"""Prepare what the position form shows: `entry` of `templates/position_form/_form.html`."""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.clock import now
from app.forms.fields import number
from app.log.reader import moment
from app.models.source import Source
from app.models.vocabulary import PositionStatus
from app.negotiations.code_book import code_book, issue_views, negotiation_view, party_views
from app.negotiations.queries import list_speakers_named
from app.negotiations.views import IssueView, NegotiationView, OptionView, PartyView
from app.position_form.adding import BOXES, Box, speaker_box
from app.position_form.earlier import Earlier, earlier_positions
from app.position_form.field_diff import Change, difference
from app.position_form.fields import LABELS, Values, block, numbered
from app.position_form.form_facts import (
    Checked,
    Span,
    check_block,
    kept_quotes,
    preview,
    titles_for,
)
from app.position_form.lookups import (
    closest_speaker,
    settle_sources,
    source_label,
    sources_like,
    speakers_like,
)
from app.position_form.prefill import filled
from app.position_form.purpose import Mode, Purpose, State, new_token
from app.positions import queries
from app.positions.names_at_moment import called
from app.positions.review_submissions import writers
from app.positions.views import PositionView, QuoteView


@dataclass(frozen=True, slots=True)
class Block:
    """One quote of the form: a saved one, or one that is typed."""

    n: int
    q: Values
    kept: QuoteView | None
    checked: Checked | None
    unknown: str = ""  # a speaker's name that was typed and that no saved speaker has
    meant: str | None = None  # the speaker whose name comes closest to it


@dataclass(frozen=True, slots=True)
class Entry:
    """One rendering of the form; templates read it and nothing else."""

    mode: Mode
    action: str  # the URL that it is sent to
    negotiation: NegotiationView
    parties: Sequence[PartyView]
    issues: Sequence[IssueView]
    party: PartyView | None
    issue: IssueView | None
    position: PositionView | None  # the one to correct, or from which the party moved
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
    earlier: Earlier | None  # what the party has said before, for a new position
    ways: Mapping[int, Mapping[str, str]]  # by position: where the form of a move is sent to
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str | None = None
    focus: str | None = None
    told: Mapping[str, str] = field(default_factory=dict)
    known: str = ""

    def box(self, kind: str) -> Box:
        """Return the small form for a new party, issue or option, or "speaker-N"."""
        return BOXES.get(kind) or speaker_box(number(kind.removeprefix("speaker-")) or 0)

    @property
    def near(self) -> list[tuple[str, str]]:
        """The parties that are named near the quote, as (slug, name).

        They stay once one is chosen, so that nothing below moves under a hand that clicks on.
        """
        slugs = self.values.get("near", "").split()
        names = {p.slug: p.short_name or p.name for p in self.parties}
        return [(s, names[s]) for s in slugs if s in names]

    @property
    def groups(self) -> list[str]:
        """The groups that issues have."""
        return list(dict.fromkeys(i.group for i in self.issues if i.group))

    @property
    def labels(self) -> Mapping[str, str]:
        """The labels of fields, by their names without the number of a block."""
        return LABELS

    @property
    def party_choices(self) -> list[tuple[str, str]]:
        """The parties to choose from, as (slug, name)."""
        return [(p.slug, p.name) for p in self.parties]

    @property
    def issue_choices(self) -> list[tuple[str, str]]:
        """The issues to choose from, as (slug, title)."""
        return [(i.slug, i.title) for i in self.issues]

    @property
    def link_choices(self) -> list[tuple[str, str]]:
        """The other issues and their options, as (value of the link field, label)."""
        found = [("", "nothing")]
        for issue in self.issues:
            if self.issue is None or issue.slug != self.issue.slug:
                found.append((issue.slug, issue.title))
                found += [
                    (f"{issue.slug}/{o.slug}", f"{issue.title}: {o.label}")
                    for o in issue.options
                    if not o.retired
                ]
        return found

    @property
    def fixed(self) -> bool:
        """Whether the cell cannot be chosen and is shown as text."""
        return self.mode != "new"

    @property
    def draft(self) -> bool:
        """Whether the form edits a draft."""
        return (
            self.mode == "correct"
            and self.position is not None
            and self.position.status == PositionStatus.DRAFT
        )

    @property
    def needs_reason(self) -> bool:
        """Whether saving needs a reason, as every correction does except that of a draft."""
        return self.mode == "correct" and not self.draft

    @property
    def title(self) -> str:
        """The heading of the form."""
        return {
            "new": "New position",
            "move": "Add a newer position",
            "correct": "Draft" if self.draft else "Correct this record",
        }[self.mode]


async def form_context(
    session: AsyncSession, viewer: Viewer, purpose: Purpose, state: State
) -> Entry:
    """Prepare the form for an editor of a negotiation.

    A page shows it with `entry=await form_context(...)` and
    `{% include "position_form/_form.html" %}`, and loads `js/position-form.js` in its block
    `scripts`. The fields of `state` have the names that `app.position_form.fields` explains;
    `prefilled` makes them from the parameters of a URL
    (`?party=&issue=&source=&exact=&prefix=&suffix=&said_on=`).
    """
    position, mode = purpose.position, purpose.mode
    cell = {"party": position.party, "issue": position.issue} if position else {}
    at = await moment(session, drafts=True)
    book = await code_book(session, at, purpose.slug)
    form, sources = await settle_sources(session, {**state.values, **cell})
    everybody, issues = party_views(book), issue_views(book)
    parties = [p for p in everybody if not p.merged_into or p.slug == form.get("party")]
    party = next((p for p in parties if p.slug == form.get("party")), None)
    issue = next((i for i in issues if i.slug == form.get("issue")), None)
    kept = await kept_quotes(session, form)
    titles = titles_for(issues, issue, kept, sources)
    spoken = [(s.name, s.office, p) for s, p in await speakers_like(session, "", form.get("party"))]
    earlier = None
    if mode == "new" and party and issue:
        earlier = await earlier_positions(session, at, book, party.slug, issue.slug)
    shown = [position] if position else earlier.positions if earlier else []
    corrected = purpose.corrected
    own_draft = corrected is not None and corrected.status != PositionStatus.PUBLISHED
    wrote = await _writers(session, corrected) if own_draft else {viewer.name}
    return Entry(
        mode=mode,
        action=purpose.action,
        negotiation=negotiation_view(book.negotiation),
        parties=parties,
        issues=issues,
        party=party,
        issue=issue,
        position=position,
        options=[o for o in issue.options if not o.retired or form.get(f"o-{o.slug}")]
        if issue
        else [],
        values=form,
        blocks=await _blocks(session, form, kept, sources, state.errors),
        links=numbered(form, "l"),
        span=preview(form, kept, sources, today=now().date()),
        changes=difference(filled(corrected), form, titles) if corrected else [],
        sources=[source_label(s) for s in await sources_like(session, "")],
        speakers=spoken,
        names=await called(session, at, book.party_names(), shown),
        token=form.get("token") or new_token(),
        version=form.get("version") or (str(position.version) if position else ""),
        may_publish=not (book.negotiation["review"] and viewer.name in wrote),
        earlier=earlier,
        ways={
            p.id: {way: purpose.way(way, p.id) for way in ("move", "correct")}
            for p in (earlier.positions if earlier else [])
        },
        errors=state.errors,
        notice=state.notice,
        focus=state.focus,
        told=state.told,
        known=state.known,
    )


async def _blocks(
    session: AsyncSession,
    form: Mapping[str, str],
    kept: Mapping[int, QuoteView],
    sources: Mapping[int, Source],
    errors: Mapping[str, str],
) -> list[Block]:
    found = []
    for n in numbered(form, "q"):
        q = block(form, n)
        known = kept.get(number(q.get("id")) or 0)
        unknown = "" if known else await _unknown_speaker(session, q, f"q-{n}-speaker" in errors)
        meant = await closest_speaker(session, unknown) if unknown else None
        checked = None if known else await check_block(session, form, n)
        found.append(Block(n, q, known, checked, unknown, meant))
    return found


async def _unknown_speaker(session: AsyncSession, q: Values, refused: bool) -> str:
    """Return the name of a speaker that is typed alone, as that of a saved one, and is of none."""
    typed = q.get("speaker", "").strip()
    if refused or not typed or any(q.get(n) for n in ("office", "speaker_party", "speaker_new")):
        return typed if refused else ""
    return "" if await list_speakers_named(session, typed) else typed


async def _writers(session: AsyncSession, position: PositionView | None) -> Set[str | None]:
    if position is None:
        return set()
    row = await queries.get_position(session, position.id)
    return (await writers(session, [row]))[row.id]
