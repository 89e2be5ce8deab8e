"""Show and save one form for one object.

It shows stored values, is saved over the version that it was opened with, and is shown again with
its errors.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.datastructures import FormData
from starlette.requests import Request
from starlette.responses import Response

from app.accounts.form_resume import SHOW_AGAIN, sign_in_again
from app.codebook.fields import Field, Kind, Texts, differ, read, shown, typed
from app.core.errors import DomainError
from app.core.input_models import Input
from app.db.engine import attempt
from app.http.merge_patch import read_reason
from app.models.log import Commit, Revision

REASON = Field(
    "reason",
    "Why is it changed?",
    Kind.PROSE,
    "Everybody can read it beside the change.",
    wrong="say why it is changed",
)


@dataclass(slots=True)
class Sheet:
    """Form to be shown: its values, its errors, and what somebody else saved in the meantime."""

    fields: Sequence[Field]
    values: Texts
    version: int | None = None  # of the stored object; None for a new one
    errors: dict[str, str] = field(default_factory=dict)
    # Stored values that differ from the typed ones, after somebody else's change.
    theirs: Texts = field(default_factory=dict)
    changed_by: str | None = None  # who saved that change
    status: int = 200

    @property
    def stale(self) -> bool:
        """Tell whether somebody else changed the object since the form was opened."""
        return self.status == 412


def blank(fields: Sequence[Field], **values: str) -> Sheet:
    """Return an empty form, with `values` filled in."""
    return Sheet(fields, {f.name: "" for f in fields} | values)


def on_file(fields: Sequence[Field], held: Mapping[str, Any], version: int) -> Sheet:
    """Return the form of a stored object, with a field for the reason of a change."""
    return Sheet([*fields, REASON], shown(fields, held) | {REASON.name: ""}, version)


Write = Callable[[dict[str, Any], str | None], Awaitable[None]]


async def create(
    session: AsyncSession,
    form: FormData,
    fields: Sequence[Field],
    model: type[Input],
    write: Write,
    **fixed: Any,
) -> Sheet | None:
    """Save a new object; return None when it is saved, or else the form to show again."""
    sheet = Sheet(fields, typed(fields, form), status=422)
    if asks_again(form):
        return Sheet(fields, sheet.values)
    values, sheet.errors = read(model, fields, sheet.values, **fixed)
    if sheet.errors:
        return sheet
    return await _write(session, sheet, write, values, None)


async def save(
    session: AsyncSession,
    form: FormData,
    fields: Sequence[Field],
    model: type[Input],
    write: Write,
    *,
    kind: str,
    number: int,
    version: int,
    held: Mapping[str, Any],
    **fixed: Any,
) -> Sheet | None:
    """Change an object that the caller has locked; return the form to show again, if any.

    None means that it is saved, or that nothing was changed. `fixed` are values that the model
    needs and no field holds.
    """
    there, mine = shown(fields, held), typed(fields, form)
    seen = _version(form)
    sheet = Sheet([*fields, REASON], mine | typed([REASON], form), version, status=422)
    if asks_again(form):
        return Sheet(sheet.fields, sheet.values, seen)
    if not any(differ(mine[f.name], there[f.name]) for f in fields):
        return None  # sent twice, or not changed
    if seen != version:
        base = await _as_of(session, kind, number, seen, fields)
        return await _merged(session, sheet, fields, base, there, kind, number)
    values, sheet.errors = read(model, fields, mine, **fixed)
    need_reason(sheet)
    if sheet.errors:
        return sheet
    return await _write(
        session, sheet, write, values, read_reason({"reason": sheet.values[REASON.name]})
    )


def need_reason(sheet: Sheet) -> None:
    """Add an error if the reason is missing."""
    if not sheet.values[REASON.name].strip():
        sheet.errors[REASON.name] = f"{REASON.label} {REASON.wrong.capitalize()}"


def asks_again(form: FormData) -> bool:
    """Tell whether the form comes back from signing in, to be shown again and not saved."""
    return form.get("do") == SHOW_AGAIN


def turned_away(request: Request, form: FormData) -> Response:
    """Answer a form sent without a session; the sign-in page carries the typed values along."""
    return sign_in_again(
        request, {name: value for name, value in form.items() if isinstance(value, str)}
    )


async def _write(
    session: AsyncSession, sheet: Sheet, write: Write, values: dict[str, Any], reason: str | None
) -> Sheet | None:
    async with attempt(session) as refused:
        await write(values, reason)
    if not refused:
        return None
    sheet.status = refused[0].status
    sheet.errors = by_field(refused[0], sheet.fields)
    return sheet


def by_field(error: DomainError, fields: Sequence[Field]) -> dict[str, str]:
    """Return domain errors by the field that they are about, or else by the first field."""
    names = [f.name for f in fields]
    # Faults of options concern how their ranks fit together.
    scale = next((n for n in ("rank", "ordered") if n in names), names[0])
    found = {}
    for fault in error.faults:
        name = fault.where.strip("/").split("/")[0]
        found[name if name in names else scale if name == "options" else names[0]] = fault.detail
    return found or {fields[0].name: error.detail}


def _version(form: FormData) -> int:
    value = form.get("version", "")
    return (
        int(value)
        if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) < 10
        else 0
    )


async def _as_of(
    session: AsyncSession, kind: str, number: int, version: int, fields: Sequence[Field]
) -> Texts | None:
    """Return the stored texts of the version that the form was opened with."""
    wanted = select(Revision.snapshot).where(
        Revision.kind == kind, Revision.object_id == number, Revision.version == version
    )
    snapshot = await session.scalar(wanted)
    return snapshot and shown(fields, snapshot)


async def _merged(
    session: AsyncSession,
    sheet: Sheet,
    fields: Sequence[Field],
    base: Texts | None,
    there: Texts,
    kind: str,
    number: int,
) -> Sheet:
    """Merge a form with a newer stored version, so that both texts can be shown.

    A typed change stays. A value that only somebody else changed is taken over.
    """
    sheet.status = 412
    for f in fields:
        name = f.name
        if base is not None and not differ(sheet.values[name], base[name]):
            sheet.values[name] = there[name]
        elif differ(sheet.values[name], there[name]):
            sheet.theirs[name] = there[name]
    sheet.changed_by = await session.scalar(
        select(Commit.by)
        .join(Revision, Revision.seq == Commit.seq)
        .where(Revision.kind == kind, Revision.object_id == number)
        .order_by(Revision.version.desc())
        .limit(1)
    )
    return sheet
