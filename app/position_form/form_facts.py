"""Look up facts for the form's content: saved quotes, checks of new ones, dates and titles."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy.ext.asyncio import AsyncSession

from app.forms.fields import number
from app.log.reader import moment
from app.models.source import Quote, Source
from app.negotiations.views import IssueView
from app.position_form.field_diff import Titles
from app.position_form.fields import block, counts, is_kept, iso, numbered
from app.position_form.lookups import titles_of
from app.positions.stated_dates import QuoteDates, StatedError, stated
from app.positions.views import QuoteView
from app.quotes import queries
from app.sources.actions import check_text
from app.sources.matching.anchor import QuoteMatch
from app.sources.matching.text_diff import Op, words_diff
from app.sources.queries import newest_texts


@dataclass(frozen=True, slots=True)
class Checked:
    """The result of checking a quote while it is typed."""

    n: int
    typed: str = ""
    check: QuoteMatch | None = None  # None: nothing to check yet

    @property
    def pieces(self) -> list[tuple[Op, str, str]]:
        """What to change in the typed text to get that of the source, word by word."""
        return (
            words_diff(self.typed, self.check.closest.exact)
            if self.check and self.check.closest
            else []
        )


@dataclass(frozen=True, slots=True)
class Span:
    """The dates that the position would have, or the reason why they cannot be computed."""

    stated_on: str | None = None
    first: str | None = None
    last: str | None = None
    trouble: str | None = None


async def kept_quotes(session: AsyncSession, form: Mapping[str, str]) -> dict[int, QuoteView]:
    """Return the saved quotes that a form names, by id, as known now."""
    ids = [number(form[f"q-{n}-id"]) for n in numbered(form, "q") if is_kept(block(form, n))]
    rows = [q for i in dict.fromkeys(ids) if i and (q := await session.get(Quote, i))]
    if not rows:
        return {}
    at = await moment(session, drafts=True)
    return {q.id: q for q in await queries.quotes_as_held(session, at, rows)}


async def check_block(session: AsyncSession, form: Mapping[str, str], n: int) -> Checked:
    """Check the quote of one block against the text of its source."""
    q = block(form, n)
    exact, source_id = q.get("exact", ""), number(q.get("source_id"))
    if not exact.strip() or source_id is None:
        return Checked(n)
    saved_text = (await newest_texts(session, [source_id])).get(source_id)
    found = await check_text(
        saved_text.text if saved_text else None,
        exact,
        q.get("prefix") or None,
        q.get("suffix") or None,
    )
    return Checked(n, exact, found)


def preview(
    form: Mapping[str, str],
    kept: Mapping[int, QuoteView],
    sources: Mapping[int, Source],
    *,
    today: date,
) -> Span:
    """Compute the dates of the form's position as if it were published today.

    See docs/rules.md, rule 3. `kept` and `sources` are by id.
    """
    quotes = []
    for n in numbered(form, "q"):
        q = block(form, n)
        if not counts(q):
            continue
        if is_kept(q):
            view = kept.get(number(q["id"]) or 0)
            quotes.append(
                QuoteDates(view.said_on, view.source.published_on)
                if view
                else QuoteDates(None, None)
            )
        else:
            source = sources.get(number(q.get("source_id")) or 0)
            published = iso(q.get("new_published_on", "")) or None
            quotes.append(
                QuoteDates(
                    iso(q.get("said_on", "")) or None, source.published_on if source else published
                )
            )
    try:
        by_hand = {
            n: date.fromisoformat(iso(form[n]))
            for n in ("stated_from", "stated_by")
            if form.get(n, "").strip()
        }
        when = stated(iso(form.get("stated_on", "")) or None, quotes, recorded_day=today, **by_hand)
    except StatedError as error:
        anything = quotes or form.get("stated_on", "").strip()
        return Span(
            trouble=error.message if anything and "is missing" not in error.message else None
        )
    except ValueError:
        return Span()
    return Span(when.stated_on, when.stated_from.isoformat(), when.stated_by.isoformat())


def titles_for(
    issues: Sequence[IssueView],
    issue: IssueView | None,
    kept: Mapping[int, QuoteView],
    sources: Mapping[int, Source],
) -> Titles:
    """Collect the titles of what a form may name: options, issues, quotes and sources."""
    links = {i.slug: i.title for i in issues}
    links |= {f"{i.slug}/{o.slug}": f"{i.title}: {o.label}" for i in issues for o in i.options}
    quotes = {
        q.id: f"“{q.exact}” ({who})" if (who := speaker_of(q)) else f"“{q.exact}”"
        for q in kept.values()
    }
    options = {o.slug: o.label for o in issue.options} if issue else {}
    return Titles(options, links, quotes, titles_of(sources.values()))


def speaker_of(quote: QuoteView) -> str:
    """Return the name and office of a quote's speaker; an empty string if there is none."""
    return (
        ", ".join(filter(None, [quote.speaker.name, quote.speaker.office])) if quote.speaker else ""
    )
