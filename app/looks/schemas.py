"""Define what the API takes and answers about looks."""

from typing_extensions import TypedDict

from app.core.input_models import Day, Input, Prose, Slug
from app.http.described import DayText


class LookInput(Input):
    party: Slug
    issue: Slug
    looked_on: Day
    where: Prose | None = None


class Look(TypedDict):
    id: int
    uid: str
    negotiation: str
    party: str
    issue: str
    looked_on: DayText
    where: str | None
    by: str | None
