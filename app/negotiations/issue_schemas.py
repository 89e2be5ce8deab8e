"""Define what the API takes and returns about issues and their options."""

from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from app.core.input_models import Flag, Input, LeftOut, Line, Name, Prose, Slug
from app.negotiations.views import OptionView

Rank = Annotated[float, Field(strict=True, ge=-1e9, le=1e9, allow_inf_nan=False)]
Order = Annotated[int, Field(strict=True, ge=-1_000_000, le=1_000_000)]


class OptionInput(Input):
    """A new option."""

    slug: Slug
    label: Name
    rank: Rank | None = None
    status_quo: Flag = False
    retired: Flag = False


class OptionPatch(Input):
    """One option in a PATCH of its issue, found by its slug; what is left out stays."""

    slug: Slug
    label: Name | None = None
    rank: Rank | None = None
    status_quo: Flag = False
    retired: Flag = False


class IssueFields(Input):
    """The fields of an issue, without its options."""

    slug: Slug
    title: Name
    question: Prose | None = None
    group: Line | None = None
    order: LeftOut[Order] = None
    ordered: Flag = False
    notes: Prose | None = None


class IssueInput(IssueFields):
    """A new issue with its options."""

    options: Annotated[list[OptionInput], Field(max_length=500)] = []


class IssuePatch(IssueFields):
    options: list[OptionPatch] = []  # merged by slug


class Issue(TypedDict):
    negotiation: str
    slug: str
    title: str
    question: str | None
    group: str | None
    ordered: bool
    options: list[OptionView]
    notes: str | None
    order: int
