"""Name what a position form is for, and what stands in it."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from sqlalchemy.ext.asyncio import AsyncSession

from app.log.reader import moment
from app.position_form.fields import Values, written
from app.positions import presenter, queries
from app.positions.schemas import PositionContent
from app.positions.views import PositionView

Mode = Literal["new", "move", "correct"]
WHERE = {
    "new": "/n/{slug}/positions/new",
    "move": "/positions/{id}/move",
    "correct": "/positions/{id}/correct",
}
FROM_ADDRESS = {
    "party": "party", "issue": "issue", "source": "q-0-source_id", "exact": "q-0-exact",
    "prefix": "q-0-prefix", "suffix": "q-0-suffix", "said_on": "q-0-said_on", "kind": "q-0-kind",
    "speaker": "q-0-speaker", "office": "q-0-office", "language": "q-0-language",
    "speaker_new": "q-0-speaker_new",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Purpose:
    """A new position, a move of a party, or a correction."""

    slug: str  # of the negotiation
    mode: Mode = "new"
    position: PositionView | None = None  # that is corrected, or from which the party moved
    page: str = ""  # path of a page that has the form beside other things
    # Says who proposed what is saved, by the content and the cell that are saved.
    stamp: Callable[[PositionContent, str, str], Mapping[str, Any]] | None = None

    @property
    def action(self) -> str:
        """Return the path that the form is sent to."""
        return self.way(self.mode, self.position.id if self.position else 0)

    def way(self, mode: Mode, number: int) -> str:
        """Return the path that a form for this position is sent to, on the same page if any."""
        if self.page:
            return self.page + ("" if mode == "new" else f"?{mode}={number}")
        return WHERE[mode].format(slug=self.slug, id=number)

    @property
    def corrected(self) -> PositionView | None:
        """Return the position that is corrected; None for any other purpose."""
        return self.position if self.mode == "correct" else None


@dataclass(frozen=True, slots=True)
class State:
    """What stands in the form, and what is said of it."""

    values: Values
    errors: Mapping[str, str] = field(default_factory=dict)
    notice: str | None = None
    focus: str | None = None  # name of the field to go on with
    status: int = 200
    theirs: PositionView | None = None  # a newer version than the one that was corrected
    told: Mapping[str, str] = field(default_factory=dict)  # what was added, by kind
    known: str = ""  # a party of other negotiations that may be meant by a new one


def new_token() -> str:
    """Return a random token, by which one rendering of the form is saved only once."""
    return secrets.token_urlsafe(18)


def prefilled(given: Mapping[str, str]) -> Values:
    """Return the fields that a URL's parameters fill in, with a block for one quote."""
    values = {"q-0-exact": ""} | {
        field: given[name] for name, field in FROM_ADDRESS.items() if given.get(name)
    }
    return values | {k: written(v) for k, v in values.items() if k.endswith("said_on")}


async def view_of(
    session: AsyncSession, position_id: int, version: int | None = None
) -> PositionView:
    """Return a position as known now, drafts too; by default its newest version."""
    at = await moment(session, drafts=True)
    found = await queries.get_version(session, at, position_id, version=version, drafts=True)
    [view] = await presenter.views(session, at, [found])
    return view
