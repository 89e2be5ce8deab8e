"""Carry out what a button of the position form asks for, on whatever page it stands."""

from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.clock import now
from app.core.errors import DomainError, Fault, StaleVersion, invalid
from app.db.engine import attempt
from app.forms.fields import number
from app.forms.posted import Posted
from app.log.writer import writing
from app.models.vocabulary import Act, PositionStatus, QuoteKind
from app.negotiations.queries import get_negotiation
from app.position_form.adding import add_in_place, is_adding, left_over
from app.position_form.buttons import press_button
from app.position_form.field_changes import carry_typed
from app.position_form.fields import Values, field_errors, keep_wording, numbered
from app.position_form.merge_conflict import has_picks, picked
from app.position_form.prefill import carried_over, filled
from app.position_form.purpose import Purpose, State, new_token, view_of
from app.position_form.saved_forms import AlreadyUsed, Saved, keep, read_content, saved_before
from app.positions import actions, queries, review_submissions
from app.positions.schemas import NewQuote, PositionContent
from app.positions.views import PositionView

CARRY = "carry"  # begins a move or a correction with what was typed into an empty form
SUBMIT = "submit"  # for review
SAVING = {
    "publish": PositionStatus.PUBLISHED,
    "draft": PositionStatus.DRAFT,
    SUBMIT: PositionStatus.DRAFT,
}
MOVING = (
    "What it wanted before is filled in. Change what no longer holds, and untick quotes that it no"
    " longer stands by. The older position stays in the history."
)
CORRECTING = (
    "This changes the saved record, with a reason that readers see. If the party has said something"
    " new, add a newer position instead."
)


async def submit(
    session: AsyncSession, viewer: Viewer, purpose: Purpose, sent: Posted
) -> Saved | State:
    """Carry out a step within the form, or save it; return what to show again if nothing is saved.

    What was saved before by the same form is not saved twice.
    """
    values = dict(sent.values)
    if purpose.position and has_picks(values):
        version = number(values.get("version")) or purpose.position.version
        values = picked(values, filled(await view_of(session, purpose.position.id, version)))
    if sent.do == CARRY and purpose.position:
        return begun(purpose, purpose.position, values)
    if is_adding(sent.do):
        return await add_in_place(session, viewer, purpose.slug, values, sent.do)
    if sent.do not in SAVING:
        values, focus = await press_button(session, purpose.slug, values, sent.do)
        return State(values, focus=focus)
    if typed := left_over(values, numbered(values, "q")):
        return State(values, typed, status=422)
    return await _save_once(session, viewer, purpose, values, sent.do)


async def _save_once(
    session: AsyncSession, viewer: Viewer, purpose: Purpose, values: Values, do: str
) -> Saved | State:
    theirs = purpose.corrected
    try:
        saved = await saved_before(session, viewer, purpose.action, values)
    except AlreadyUsed as error:
        values |= {"token": new_token(), "sure": str(error.saved.position)}
        if theirs is None:
            return State(values, notice=_again(error), status=409)
        saved = None
    if saved:
        return saved
    if theirs and (changed := _changed_meanwhile(values, theirs)):
        return changed
    async with attempt(session, savepoint=False) as refused:
        saved = await _save(session, viewer, purpose, values, do)
        keep(session, viewer, purpose.action, values, saved)
    if theirs and refused and isinstance(refused[0], StaleVersion):
        theirs = await view_of(session, theirs.id)
        return _changed_meanwhile(values, theirs) or State(values, theirs=theirs)
    if refused or saved is None:
        return State(values, _errors(refused[0], values), status=refused[0].status)
    return saved


def begun(purpose: Purpose, view: PositionView, typed: Values) -> State:
    """Return the form of a move or a correction, with what was typed for a new position."""
    if view.status == PositionStatus.RETRACTED:
        notice = "It was retracted in the meantime, so nothing was filled in from it."
        return State(typed, notice=notice, status=409)
    if purpose.corrected:
        # The day in an empty form is that of the source, not of the position.
        typed = {name: value for name, value in typed.items() if name != "stated_on"}
        return State(carry_typed(filled(view), typed), notice=CORRECTING)
    return State(carry_typed(carried_over(view), typed), notice=MOVING)


def _changed_meanwhile(values: Values, theirs: PositionView) -> State | None:
    """Return what to show if the position is no longer in the version that the form corrects."""
    if theirs.status == PositionStatus.RETRACTED:
        notice = "It was retracted in the meantime. Restore it first; what you typed stays here."
        return State(values, notice=notice, status=409)
    return None if values.get("version") == str(theirs.version) else State(values, theirs=theirs)


async def _save(
    session: AsyncSession, viewer: Viewer, purpose: Purpose, values: Values, do: str
) -> Saved:
    """State a new position, or write a new version of the corrected one.

    Raise Invalid with all faults, and StaleVersion where somebody else was faster; nothing is saved
    then.
    """
    reason, view = values.get("reason", "").strip() or None, purpose.position
    asked, status = [], SAVING[do]
    if purpose.corrected and purpose.corrected.status == PositionStatus.PUBLISHED:
        status = PositionStatus.PUBLISHED
        asked = [] if reason else [Fault("/reason", "say what was wrong")]
    async with writing(session, by=viewer.name, now=now()) as log:
        negotiation = await get_negotiation(session, purpose.slug)
        wanted = await read_content(log, values, asked)
        if view:
            kept = keep_wording(wanted.conditions, view.conditions)
            wanted = wanted.model_copy(update={"conditions": kept})
        party, issue = (
            getattr(view, name) if view else values.get(name, "") for name in ("party", "issue")
        )
        if purpose.stamp:
            log.proposed = purpose.stamp(wanted, party, issue)
        if purpose.corrected:
            position = await queries.get_position(session, purpose.corrected.id, lock=True)
            if position.version != purpose.corrected.version:  # saved while this one waited
                raise StaleVersion("Somebody else has just saved another version.")
            warnings = await actions.correct(
                log,
                negotiation=negotiation,
                position=position,
                wanted=wanted,
                status=status,
                reason=reason,
            )
        else:
            if (
                purpose.mode == "move"
                and wanted.stated_on is None
                and not any(q.said_on for q in wanted.quotes)
            ):
                raise invalid("/stated_on", "enter the day of the newer position")
            position, warnings = await actions.state(
                log,
                negotiation=negotiation,
                party=party,
                issue=issue,
                wanted=wanted,
                status=status,
            )
        if do == SUBMIT and position.status == PositionStatus.DRAFT:
            await review_submissions.submit(
                session, negotiation=negotiation, position=position, by=viewer.name, now=log.now
            )
    warnings = [*warnings, *_speakerless(wanted), *_wordless(wanted)]
    said = [(w.where, w.detail) for w in warnings]
    public = purpose.corrected and purpose.corrected.status == PositionStatus.PUBLISHED
    did = "correct" if public else do
    return Saved(position.id, position.version, said, values.get("token", ""), did)


def _speakerless(wanted: PositionContent) -> list[Fault]:
    """Warn of new direct quotes without a speaker: a source's own report is a reported quote."""
    asked = "who said this? If the source reports it, choose “source’s report” as the kind of quote"
    return [
        Fault(f"/quotes/{i}/speaker", asked)
        for i, quote in enumerate(wanted.quotes)
        if isinstance(quote, NewQuote) and quote.kind == QuoteKind.DIRECT and quote.speaker is None
    ]


def _wordless(wanted: PositionContent) -> list[Fault]:
    """Warn of a position that says nothing besides its quotes."""
    if wanted.attitudes or wanted.summary or wanted.act == Act.WITHDRAWS:
        return []
    return [Fault("/attitudes", "what does it want? No option is chosen, and the summary is empty")]


def _errors(error: DomainError, values: Values) -> dict[str, str]:
    """Return the faults of a refusal by field."""
    faults = [Fault(f.where, _missing(values, f)) for f in error.faults]
    # Without any quote, a missing date is no fault of its own: a quote would have given one.
    if any(f.where == "/quotes" for f in faults):
        faults = [
            f for f in faults if f.where != "/stated_on" or values.get("stated_on", "").strip()
        ]
    return field_errors(faults or [Fault("", error.detail)], values)


def _missing(values: Values, fault: Fault) -> str:
    """Return a fault's text; for a party or issue left empty, ask to choose one."""
    name = fault.where.strip("/")
    return (
        f"choose the {name}"
        if name in ("party", "issue") and not values.get(name)
        else fault.detail
    )


def _again(error: AlreadyUsed) -> str:
    """Explain that the form was saved before, and how to save it a second time."""
    return (
        f"This form was already saved, as position {error.saved.position}. "
        "Nothing was saved this time: press the button again to add another position."
    )
