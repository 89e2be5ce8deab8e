"""Show the form of one object; save it over the version it was opened at, or show it again."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from app.core.errors import DomainError
from app.db.engine import attempt
from app.forms.fields import (
    REASON,
    Field,
    Form,
    Texts,
    by_field,
    message,
    number,
    read,
    refused,
    settled,
    shown,
    typed,
)
from app.forms.merge import Side, three_way
from app.forms.posted import Posted
from app.http.merge_patch import REASON as REASON_MODEL
from app.models.log import Commit, Revision


@dataclass(slots=True)
class Sheet:
    """A form as it is shown: values, errors, and what another editor wrote in the meantime."""

    fields: Sequence[Field]
    values: Texts
    version: int | None = None  # of the saved object; None for a new one
    errors: Texts = field(default_factory=dict)
    theirs: Texts = field(default_factory=dict)  # saved now, where both changed the field
    taken: list[str] = field(default_factory=list)  # fields that only the other editor changed
    changed_by: str | None = None  # who wrote the saved version
    status: int = 200

    @property
    def stale(self) -> bool:
        """Tell whether the object was changed after the form was opened."""
        return self.status == 412

    def declared(self, name: str) -> Field:
        """Return one of the fields."""
        return next(one for one in self.fields if one.name == name)


@dataclass(frozen=True, slots=True)
class StoredObject:
    """A stored object that a form shows or, once the caller has locked it, changes."""

    kind: str
    number: int
    version: int
    held: Mapping[str, Any]


Write = Callable[[dict[str, Any], str | None], Awaitable[None]]


def blank(fields: Sequence[Field], **values: str) -> Sheet:
    """Return an empty form, except for these values."""
    return Sheet(fields, {f.name: "" for f in fields} | values)


def filled(form: Form, there: StoredObject) -> Sheet:
    """Return the form of a stored object, with a field for the reason of a change."""
    values = shown(form.fields, there.held) | {form.reason.name: ""}
    return Sheet([*form.fields, form.reason], values, there.version)


async def create(
    session: AsyncSession, sent: Posted, form: Form, write: Write, **fixed: Any
) -> Sheet | None:
    """Store a new object; return None, or the form to show again."""
    sheet = Sheet(form.fields, typed(form.fields, sent.values), status=422)
    if sent.shown_again:
        sheet.status = 200
        return sheet
    values, sheet.errors = read(form, sheet.values, **fixed)
    if sheet.errors:
        return sheet
    return await _write(session, sheet, write, values, None)


async def save(
    session: AsyncSession, sent: Posted, form: Form, there: StoredObject, write: Write, **fixed: Any
) -> Sheet | None:
    """Save a change; return None, also if nothing was changed, or the form to show again.

    `fixed` are values that the model needs and no field holds.
    """
    fields = [*form.fields, form.reason]
    sheet = Sheet(fields, typed(fields, sent.values), there.version, status=422)
    opened = number(sent.values.get("version")) or 0
    if sent.shown_again:
        sheet.version, sheet.status = opened, 200
        return sheet
    newest = shown(form.fields, there.held)
    if settled(form.fields, sheet.values) == settled(form.fields, newest):
        return None  # sent twice, or nothing was changed
    if opened != there.version:
        base = await _as_of(session, form, there, opened)
        merge(sheet, form.fields, base, newest)
        if sheet.theirs or sheet.taken:
            sheet.status, sheet.changed_by = 412, await _changed_by(session, there)
            return sheet
    values, sheet.errors = read(form, sheet.values, **fixed)
    if not sheet.errors and shown(form.fields, values) == newest:
        return None
    reason = need_reason(sheet, form.reason)
    if sheet.errors:
        return sheet
    return await _write(session, sheet, write, values, reason)


def merge(sheet: Sheet, fields: Sequence[Field], base: Texts | None, theirs: Texts) -> None:
    """Take over what only the other editor changed; note what both changed."""
    mine, newest = settled(fields, sheet.values), settled(fields, theirs)
    for name, side in three_way(base and settled(fields, base), mine, newest).items():
        if side is Side.THEIRS:
            sheet.values[name] = theirs[name]
            sheet.taken.append(name)
        elif side is Side.BOTH:
            sheet.theirs[name] = theirs[name]


def need_reason(sheet: Sheet, asked: Field = REASON) -> str:
    """Return the reason that was given; if there is none that can be kept, note an error."""
    text = sheet.values[asked.name]
    try:
        return REASON_MODEL.validate_python(text)
    except ValidationError as error:
        detail = str(error.errors()[0]["msg"]).removeprefix("Value error, ")
        plain = Field(asked.name, asked.label)
        empty = asked.wrong.capitalize() if not text.strip() else ""
        sheet.errors[asked.name] = empty or message(plain, detail)
        return ""


async def _write(
    session: AsyncSession, sheet: Sheet, write: Write, values: dict[str, Any], reason: str | None
) -> Sheet | None:
    async with attempt(session) as refusals:
        await write(values, reason)
    if not refusals:
        return None
    sheet.status, sheet.errors = refusals[0].status, refusal(refusals[0], sheet.fields)
    return sheet


def refusal(error: DomainError, fields: Sequence[Field]) -> Texts:
    """Return the words of a refusal by the field that they are about, else by the first."""
    return by_field(fields, error.faults, refused) or {fields[0].name: error.detail}


async def _as_of(
    session: AsyncSession, form: Form, there: StoredObject, version: int
) -> Texts | None:
    """Return what was saved in a version; None if there was no such version."""
    wanted = select(Revision.snapshot).where(
        Revision.kind == there.kind,
        Revision.object_id == there.number,
        Revision.version == version,
    )
    snapshot = await session.scalar(wanted)
    return shown(form.fields, snapshot) if snapshot else None


async def _changed_by(session: AsyncSession, there: StoredObject) -> str | None:
    """Return who wrote the newest version."""
    return await session.scalar(
        select(Commit.by)
        .join(Revision, Revision.seq == Commit.seq)
        .where(Revision.kind == there.kind, Revision.object_id == there.number)
        .order_by(Revision.version.desc())
        .limit(1)
    )
