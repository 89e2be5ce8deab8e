"""Add a party, an issue, an option or a speaker from within the form for a position.

The checks are those of the code book's pages. What was typed elsewhere in the form is kept, and
what was added is chosen.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.clock import now
from app.core.errors import Invalid, invalid
from app.core.input_models import Input, Line, Name
from app.forms import sheet as forms
from app.forms.fields import Field, Form, Kind
from app.forms.posted import Posted
from app.log.writer import Log, writing
from app.models.issue import Issue
from app.models.vocabulary import PartyRole
from app.negotiations import actions, issue_queries, queries
from app.negotiations.issue_schemas import OptionInput
from app.negotiations.new_entries import (
    NewIssue,
    NewParty,
    add_new_issue,
    add_new_option,
    add_new_party,
)
from app.negotiations.slugs import slug_of
from app.position_form.field_changes import numbered_button
from app.position_form.fields import NOBODY, Values
from app.position_form.purpose import State

SLUG = Field("slug", "Address (URL)", hint="empty: from the name", suggest=slug_of)
ROLES = tuple((role, role.capitalize()) for role in PartyRole)


class NewSpeaker(Input):
    """Fields of a new speaker; NOBODY as party: no party, none: that of the position."""

    name: Name | None = None
    office: Name | None = None
    party: Line | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A small form within the form: its fields are named `new-KIND-FIELD`."""

    kind: str
    title: str
    form: Form
    chosen: str  # the field that takes what was added

    def typed(self, values: Mapping[str, str]) -> Values:
        """Return what was typed into the box, by the names of its fields."""
        return {f.name: values.get(f"new-{self.kind}-{f.name}", "") for f in self.form.fields}

    def begun(self, values: Mapping[str, str]) -> str:
        """Return the first thing typed that has not been added yet."""
        plain = [f for f in self.form.fields if f.kind not in (Kind.CHOICE, Kind.CHECK)]
        found = (values.get(f"new-{self.kind}-{f.name}", "").strip() for f in plain)
        return next((text for text in found if text), "")


PARTY = Box(
    "party",
    "New party",
    Form(
        (
            Field("name", "Name"),
            Field("short_name", "Column heading", hint="empty: the name"),
            Field("role", "Role", Kind.CHOICE, choices=ROLES),
            SLUG,
        ),
        NewParty,
    ),
    "party",
)
ISSUE = Box(
    "issue",
    "New issue",
    Form(
        (
            Field("title", "Title"),
            Field("question", "Question", hint="as you would ask it"),
            Field("group", "Group", hint="an existing one, or a new one"),
            Field("options", "Options", Kind.LINES, "one per line"),
            Field("ordered", "The options have an order", Kind.CHECK),
            replace(SLUG, hint="empty: from the title"),
        ),
        NewIssue,
    ),
    "issue",
)
OPTION = Box(
    "option",
    "New option",
    Form(
        (
            Field("label", "Label", hint="a few words"),
            Field("rank", "Rank", Kind.NUMBER, "if the options have an order", also=("options",)),
            Field("status_quo", "This is how things are now (status quo)", Kind.CHECK),
            replace(SLUG, hint="empty: from the label"),
        ),
        OptionInput,
    ),
    "reject-others",
)
BOXES = {box.kind: box for box in (PARTY, ISSUE, OPTION)}


def speaker_box(n: int) -> Box:
    """Return the box for a new speaker of the quote of one block."""
    fields = (
        Field("name", "Name"),
        Field("office", "Office", hint="at that time"),
        Field("party", "Speaks for", Kind.CHOICE),
    )
    return Box(f"speaker-{n}", "New speaker", Form(fields, NewSpeaker), f"q-{n}-speaker")


@dataclass(frozen=True, slots=True)
class Added:
    """What was added, as the form says it, and the fields that change with it."""

    words: str
    fields: Values


class KnownParty(Invalid):
    """A party of this name takes part in other negotiations: is it meant, or another one?"""

    def __init__(self, name: str, *, several: bool) -> None:
        more = "" if several else "Add that one to this negotiation, or "
        ask = "g" if more else "G"
        detail = (
            f"Parley knows {'several parties' if several else 'a party'} called “{name}” already. "
            f"{more}{ask}ive the new one an address of its own."
        )
        super().__init__(detail)
        self.name = "" if several else name


def is_adding(do: str) -> bool:
    """Tell whether a button adds something from within the form."""
    name, n = numbered_button(do)
    known = {"seat-party", *(f"add-{kind}" for kind in BOXES)}
    return do in known or (name == "add-speaker" and n is not None)


async def add_in_place(
    session: AsyncSession, viewer: Viewer, slug: str, values: Values, do: str
) -> State:
    """Add what a box describes and choose it, or say beside its fields what is wrong with it."""
    name, n = numbered_button(do)
    box = speaker_box(n) if n is not None else BOXES[name.split("-")[1]]
    writers = {"party": _party, "issue": _issue, "option": _option}
    place = _Place(values, box, seat=do == "seat-party")
    made: list[Added] = []
    offered: list[str] = []

    async def write(found: dict[str, Any], reason: str | None) -> None:
        async with writing(session, by=viewer.name, now=now()) as log:
            writer = writers.get(box.kind, _speaker)
            try:
                made.append(await writer(log, slug, found, place))
            except KnownParty as error:
                offered.append(error.name)
                raise

    sheet = await forms.create(session, Posted(box.typed(values)), box.form, write)
    if sheet:
        errors = {f"new-{box.kind}-{field}": text for field, text in sheet.errors.items()}
        focus = next(iter(errors), None)
        return State(values, errors, focus=focus, status=sheet.status, known="".join(offered))
    [added] = made
    start = f"new-{box.kind}-"
    kept = {name: text for name, text in values.items() if not name.startswith(start)}
    return State(kept | added.fields, focus=box.chosen, told={box.kind: added.words})


def left_over(values: Mapping[str, str], blocks: list[int]) -> dict[str, str]:
    """Return errors for boxes in which something was typed and not added."""
    errors = {}
    for box in (*BOXES.values(), *map(speaker_box, blocks)):
        if text := box.begun(values):
            first = next(f for f in box.form.fields)
            errors[f"new-{box.kind}-{first.name}"] = (
                f"{box.title}: “{text[:80]}” is typed and not added. Add it, or empty the fields"
            )
    return errors


@dataclass(frozen=True, slots=True)
class _Place:
    """The form around a box."""

    values: Values
    box: Box
    seat: bool  # the party that Parley knows is meant


async def _party(log: Log, slug: str, found: dict[str, Any], place: _Place) -> Added:
    session, name = log.session, found["name"]
    negotiation = await queries.get_negotiation(session, slug, lock=True)
    known = await queries.list_parties_called(session, name)
    for party in known:
        if await queries.find_participation(session, negotiation, party.slug):
            return Added(f"{party.name} takes part already, and is chosen.", {"party": party.slug})
    if place.seat and len(known) == 1:
        [party] = known
        await actions.take_part(log, negotiation=negotiation, party=party, role=found["role"])
        return Added(f"Added {party.name} to this negotiation.", {"party": party.slug})
    if known and not place.values.get("new-party-slug", "").strip():
        raise KnownParty(known[0].name, several=len(known) > 1)
    await add_new_party(log, negotiation, NewParty.model_validate(found).model_dump())
    return Added(f"Added {name}.", {"party": found["slug"]})


async def _issue(log: Log, slug: str, found: dict[str, Any], place: _Place) -> Added:
    session, title = log.session, found["title"]
    negotiation = await queries.get_negotiation(session, slug, lock=True)
    here = select(Issue.slug, Issue.title).where(Issue.negotiation_id == negotiation.id)
    for there, known in await session.execute(here.order_by(Issue.id)):
        if known.casefold() == title.casefold():
            return Added(f"The issue {known} is there already, and chosen.", {"issue": there})
    await add_new_issue(log, negotiation, found)
    return Added(f"Added the issue {title}.", {"issue": found["slug"]})


async def _option(log: Log, slug: str, found: dict[str, Any], place: _Place) -> Added:
    session, label = log.session, found["label"]
    negotiation = await queries.get_negotiation(session, slug)
    named = place.values.get("issue", "")
    if not named:
        raise Invalid("Choose an issue first: the option is added to it.")
    issue = await issue_queries.get_issue(session, negotiation, named, lock=True)
    for option in await issue_queries.list_options(session, issue.id):
        if option.label.casefold() == label.casefold() and not option.retired:
            return Added(f"The option {option.label} is there already.", {})
    await add_new_option(log, issue, found)
    return Added(f"Added the option {label}. Choose what the party says about it.", {})


async def _speaker(log: Log, slug: str, found: dict[str, Any], place: _Place) -> Added:
    values, start = place.values, place.box.chosen.removesuffix("speaker")
    name, office = found["name"], found["office"]
    if not (name or office):
        raise invalid("/name", "enter a name, an office, or both")
    wanted = found["party"] or values.get("party", "")
    party_id = None
    if wanted != NOBODY:
        if not wanted:
            raise Invalid("Choose the party first, or whom the speaker speaks for.")
        parties = await queries.find_parties(log.session, {wanted})
        if wanted not in parties:
            raise Invalid(f"There is no party {wanted!r}.")
        party_id = parties[wanted].id
    there = await queries.find_speaker(log.session, name, office, party_id)
    # Public from the first published position on, as a speaker that comes with a position is.
    speaker = there or await actions.find_or_add_speaker(
        log, name=name, office=office, party_id=party_id, public=False
    )
    chosen = {f"{start}speaker": speaker.name or "", f"{start}office": speaker.office or ""}
    party = {f"{start}speaker_party": "" if wanted == values.get("party") else wanted}
    words = f"{'Added' if there is None else 'There already:'} {name or office}."
    return Added(f"{words} The quote names this speaker.", chosen | party)
