"""Carry out the form's smaller buttons, reading the database where needed."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from app.forms.fields import number
from app.log.reader import moment
from app.models.source import Quote
from app.negotiations.code_book import code_book, issue_views
from app.position_form import field_changes
from app.position_form.fields import QUOTE, Values
from app.position_form.form_facts import check_block, kept_quotes
from app.position_form.lookups import closest_speaker, settle_sources
from app.positions.views import QuoteView

CHOOSE_PARTY = "party-"  # the button of a party that is named near the quote


async def press_button(
    session: AsyncSession, slug: str, values: Values, do: str
) -> tuple[Values, str | None]:
    """Return the form after a button was pressed, and the field to focus.

    An unknown button changes nothing.
    """
    if do.startswith(CHOOSE_PARTY):
        return {**values, "party": do.removeprefix(CHOOSE_PARTY)}, "issue"
    name, n = field_changes.numbered_button(do)
    match name:
        case "add-quote":
            return field_changes.add_quote(values)
        case "add-link":
            return field_changes.add_link(values)
        case "reject-others":
            book = await code_book(session, await moment(session, drafts=True), slug)
            issue = next((i for i in issue_views(book) if i.slug == values.get("issue")), None)
            return field_changes.reject_others(
                values, [o.slug for o in issue.options if not o.retired] if issue else []
            )
        case "drop" if n is not None:
            return field_changes.drop_quote(values, n)
        case "requote" if n is not None:
            quote = (await kept_quotes(session, values)).get(number(values.get(f"q-{n}-id")) or 0)
            given = await session.get(Quote, quote.id) if quote else None
            return (
                field_changes.requote(values, n, as_sent(quote, given))
                if quote and given
                else (values, None)
            )
        case "take" if n is not None:
            settled, _ = await settle_sources(session, values)
            checked = await check_block(session, settled, n)
            closest = checked.check.closest if checked.check else None
            return field_changes.take_over(values, n, closest.exact) if closest else (values, None)
        case "meant" if n is not None:
            meant = await closest_speaker(session, values.get(f"q-{n}-speaker", ""))
            return field_changes.name_speaker(values, n, meant) if meant else (values, None)
        case "new-speaker" if n is not None:
            return field_changes.add_speaker(values, n)
        case _:
            return values, do.removeprefix("see-") if do.startswith("see-") else None


def as_sent(quote: QuoteView, given: Quote) -> dict[str, Any]:
    """Return a saved quote as it would be sent as a new one.

    Without the prefix and suffix that its check has filled in: those are as typed.
    """
    said: dict[str, Any] = {n: getattr(given, n) for n in (*QUOTE, "source_id")}
    if quote.speaker:
        said["speaker"] = {
            "name": quote.speaker.name,
            "office": quote.speaker.office,
            "party": quote.speaker.party,
        }
    return said
