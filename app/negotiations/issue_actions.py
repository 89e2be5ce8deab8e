"""Write the code book: issues and their options."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import func, select

from app.core.errors import Conflict, Fault, Invalid
from app.log.writer import Log
from app.models.issue import Issue, Option
from app.models.negotiation import Negotiation
from app.negotiations import issue_queries


async def add_issue(
    log: Log,
    *,
    negotiation: Negotiation,
    options: list[dict[str, Any]],
    **fields: Any,
) -> Issue:
    """Add an issue with its options to a negotiation, by default after the others.

    Raise Conflict if the slug is in use, Invalid if the options do not fit together.
    """
    session = log.session
    slug = fields["slug"]
    if await issue_queries.find_issue(session, negotiation, slug):
        raise Conflict(f"There is an issue {slug!r} in this negotiation already.")
    if fields.get("ordinal") is None:
        highest = select(func.max(Issue.ordinal)).where(Issue.negotiation_id == negotiation.id)
        fields["ordinal"] = 1 + (await session.scalar(highest) or 0)
    row = Issue(negotiation_id=negotiation.id, **fields)
    session.add(row)
    await log.record(row, "published", negotiation_id=negotiation.id)
    made = [Option(issue_id=row.id, **o) for o in options]
    check_options(row, made)
    for option in made:
        await _add_option(log, row, option)
    return row


async def amend_issue(
    log: Log,
    row: Issue,
    fields: dict[str, Any],
    options: dict[str, dict[str, Any]],
    *,
    reason: str | None,
) -> bool:
    """Correct an issue and its options; return False if nothing changed.

    `options` has the changed fields of options by slug; new options are added, and `retired`
    retires one. Raise Invalid if the options do not fit together afterwards.
    """
    there = {o.slug: o for o in await issue_queries.list_options(log.session, row.id)}
    changed = _changed_options(there, options)
    amended = {k: v for k, v in fields.items() if getattr(row, k) != v}
    if not changed and not amended:
        return False
    for name, value in amended.items():
        setattr(row, name, value)
    row.version += 1  # also if only an option changed: the version guards all of them (If-Match)
    after = _with_options(row, there, changed)
    check_options(row, list(after.values()))
    takers = [there[s] for s, given in changed.items() if s in there and given.get("status_quo")]
    for option in takers:
        option.status_quo = False
    # A constraint allows one status quo at any time: first write the option that no longer is it.
    await log.session.flush()
    for option in takers:
        option.status_quo = True
    await log.record(row, "corrected", reason=reason, negotiation_id=row.negotiation_id)
    for slug in changed:
        if slug in there:
            after[slug].version += 1
            await log.record(
                after[slug], "corrected", reason=reason, negotiation_id=row.negotiation_id
            )
        else:
            await _add_option(log, row, after[slug])
    return True


def _changed_options(
    there: Mapping[str, Option], options: Mapping[str, dict[str, Any]]
) -> dict[str, dict[str, Any]]:
    """Return the values that differ, by slug, of new options and of those that change."""
    changed = {}
    for slug, given in options.items():
        new = {k: v for k, v in given.items() if slug not in there or getattr(there[slug], k) != v}
        if new or slug not in there:
            changed[slug] = new
    return changed


def _with_options(
    row: Issue, there: Mapping[str, Option], changed: Mapping[str, dict[str, Any]]
) -> dict[str, Option]:
    """Set the changed values, and return the issue's options with the new ones."""
    after = dict(there)
    for slug, given in changed.items():
        if slug in there:
            for name, value in given.items():
                setattr(there[slug], name, value)
        else:
            after[slug] = Option(issue_id=row.id, slug=slug, **given)
    return after


async def _add_option(log: Log, issue: Issue, option: Option) -> None:
    log.session.add(option)
    await log.record(option, "published", negotiation_id=issue.negotiation_id)


def check_options(issue: Issue, options: list[Option]) -> None:
    """Raise Invalid if the options of an issue do not fit together.

    That is if an ordered issue has equal or missing ranks, if two options are the status quo, or if
    two have the same slug.
    """
    faults = []
    ranks: dict[float, str] = {}
    for option in options:
        if option.retired or not issue.ordered:
            continue
        if option.rank is None:
            faults.append(
                Fault("/options", f"{option.slug} needs a rank, since the issue is ordered")
            )
        elif option.rank in ranks:
            faults.append(
                Fault("/options", f"{option.slug} and {ranks[option.rank]} have the same rank")
            )
        else:
            ranks[option.rank] = option.slug
    quo = [o.slug for o in options if o.status_quo]
    if len(quo) > 1:
        faults.append(Fault("/options", f"only one option is the status quo, not {', '.join(quo)}"))
    slugs = [o.slug for o in options]
    faults += [
        Fault("/options", f"{s} is listed twice")
        for s in sorted({s for s in slugs if slugs.count(s) > 1})
    ]
    if faults:
        raise Invalid("The options do not fit together.", *faults)
