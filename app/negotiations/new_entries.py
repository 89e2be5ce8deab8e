"""Add parties, issues and options to a code book, from its own pages or from a form elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Annotated, Any

from pydantic import Field

from app.core.errors import Conflict, invalid
from app.core.input_models import Name
from app.log.writer import Log
from app.models.issue import Issue
from app.models.negotiation import Negotiation
from app.models.vocabulary import PartyRole
from app.negotiations import actions, issue_actions, issue_queries
from app.negotiations.issue_schemas import IssueFields
from app.negotiations.schemas import PartyInput
from app.negotiations.slugs import slugs_of


class NewParty(PartyInput):
    """Fields of a new party, and of its participation."""

    role: PartyRole = PartyRole.PRINCIPAL
    consent_required: bool | None = None


class NewIssue(IssueFields):
    """Fields of a new issue, with the labels of its options."""

    options: Annotated[list[Name], Field(max_length=500)] = []


async def add_new_party(log: Log, negotiation: Negotiation, values: Mapping[str, Any]) -> None:
    """Add a party by the fields of NewParty, and let it take part in a negotiation."""
    fields = dict(values)
    part = {n: fields.pop(n) for n in ("role", "consent_required") if n in fields}
    party = await actions.add_party(log, **fields)
    await actions.take_part(log, negotiation=negotiation, party=party, **part)


async def add_new_issue(log: Log, negotiation: Negotiation, values: Mapping[str, Any]) -> None:
    """Add an issue by the fields of NewIssue."""
    fields = dict(values)
    options = options_of(fields.pop("options"), ordered=fields["ordered"])
    await issue_actions.add_issue(log, negotiation=negotiation, options=options, **fields)


def options_of(labels: Sequence[str], *, ordered: bool) -> list[dict[str, Any]]:
    """Return options made from their labels, ranked in their order if the issue is ordered.

    Raises Invalid if a label occurs twice.
    """
    twice = sorted({label for label in labels if labels.count(label) > 1})
    if twice:
        raise invalid("/options", f"“{twice[0]}” is listed twice")
    slugs = slugs_of(labels, "option")
    return [
        {"slug": slug, "label": label, "rank": n if ordered else None}
        for n, (slug, label) in enumerate(zip(slugs, labels, strict=True), 1)
    ]


async def add_new_option(log: Log, issue: Issue, values: Mapping[str, Any]) -> None:
    """Add an option by the fields of OptionInput; it may replace the status quo."""
    fields = dict(values)
    slug = fields.pop("slug")
    there = await issue_queries.list_options(log.session, issue.id)
    if slug in {o.slug for o in there}:
        raise Conflict(f"This issue already has an option {slug!r}.")
    quo = [o.slug for o in there if o.status_quo]
    changes = with_status_quo(slug, fields, quo)
    await issue_actions.amend_issue(log, issue, {}, changes, reason="Option added")


def with_status_quo(
    slug: str, values: Mapping[str, Any], quo: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Return the change of one option, and of the former status quo if this one replaces it."""
    leaving = [s for s in quo if s != slug] if values.get("status_quo") else []
    return {**{s: {"status_quo": False} for s in leaving}, slug: {"retired": False, **values}}
