"""Validate what is sent about issues and their options."""

from typing import Annotated

from pydantic import Field

from app.core.input_models import Flag, Input, LeftOut, Line, Name, Prose, Slug

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
