"""Name the cells of proposals, and the options they speak of, as readers call them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import moment
from app.negotiations.code_book import CodeBook, code_books
from app.proposals.queries import Found


@dataclass(frozen=True, slots=True)
class Called:
    """What a proposal is about, in words; None for what it does not name."""

    negotiation: str | None = None
    party: str | None = None
    issue: str | None = None
    options: Mapping[str, str] | None = None  # labels of the issue's options, by slug

    def option(self, slug: str) -> str:
        """Return the label of an option; its slug if the issue no longer has it."""
        return (self.options or {}).get(slug, slug)


async def name_cells(session: AsyncSession, found: Iterable[Found]) -> dict[int, Called]:
    """Return the names of each proposal's cell by its number, with one statement at most."""
    listed = list(found)
    at = await moment(session)
    numbers = [n for one in listed if (n := one.row.negotiation_id) is not None]
    books = await code_books(session, at, numbers)
    return {one.row.id: _called(one, books.get(one.row.negotiation_id or 0)) for one in listed}


def _called(one: Found, book: CodeBook | None) -> Called:
    if book is None:
        return Called(one.negotiation, one.party, one.issue)
    issue = next((i for i in book.issue_views if i.slug == one.issue), None)
    return Called(
        book.negotiation["title"],
        book.party_names().get(one.party or "", one.party),
        issue.title if issue else one.issue,
        {o.slug: o.label for o in issue.options} if issue else {},
    )
