"""One form for one object: shown as it is on file, saved over the version that it was made from, or shown again."""

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
    """A form as it is to be shown: what stands in its fields, what is wrong, what somebody else wrote meanwhile."""

    fields: Sequence[Field]
    values: Texts
    version: int | None = None  # of the object on file; None for a new one
    errors: dict[str, str] = field(default_factory=dict)
    theirs: Texts = field(
        default_factory=dict
    )  # what stands on file now where that is not what was typed
    changed_by: str | None = None  # who changed it meanwhile
    status: int = 200

    @property
    def stale(self) -> bool:
        return self.status == 412


def blank(fields: Sequence[Field], **values: str) -> Sheet:
    return Sheet(fields, {f.name: "" for f in fields} | values)


def on_file(fields: Sequence[Field], held: Mapping[str, Any], version: int) -> Sheet:
    """The form of an object as it is on file, with a field for the reason of a change."""
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
    """Put a new object on file; None when it is done, else the form to show again."""
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
    """Change an object that the caller has locked; None when done or nothing changed, else the form to show again.

    `fixed` satisfies the model where no field does.
    """
    there, mine = shown(fields, held), typed(fields, form)
    seen = _version(form)
    sheet = Sheet([*fields, REASON], mine | typed([REASON], form), version, status=422)
    if asks_again(form):
        return Sheet(sheet.fields, sheet.values, seen)
    if not any(differ(mine[f.name], there[f.name]) for f in fields):
        return None  # sent twice, or nothing was changed
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
    """Note it as wrong where no reason was given."""
    if not sheet.values[REASON.name].strip():
        sheet.errors[REASON.name] = f"{REASON.label} {REASON.wrong.capitalize()}"


def asks_again(form: FormData) -> bool:
    """Does it come from a page to sign in on, to be shown again and not to be saved?"""
    return form.get("do") == SHOW_AGAIN


def turned_away(request: Request, form: FormData) -> Response:
    """Answer a form that came without a sign-in: what was typed travels through the page to sign in on."""
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
    """The domain's words at the field that they are about, else at the first."""
    names = [f.name for f in fields]
    # How options fit together is a matter of the scale.
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
    """What stood on file when the form was opened."""
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
    """Both texts side by side: what was typed stays, what only somebody else changed is taken over and said so."""
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
