"""Save a form completely or not at all, exactly once, with the same actions as the API."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from pydantic import ValidationError
from sqlalchemy import and_, func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.accounts.queries import Viewer
from app.core.clock import now
from app.core.errors import DomainError, Fault, Invalid
from app.http.problems import body_faults
from app.log.writer import Log
from app.models.idempotency import IdempotencyKey
from app.position_form.fields import DATES, Values, block, iso, own_faults, quote_blocks, read_form
from app.position_form.lookups import settle_sources
from app.positions.schemas import PositionContent
from app.sources.actions import add_source
from app.sources.schemas import SourceInput

NEW = {
    "new_title": "title",
    "new_publisher": "publisher",
    "new_published_on": "published_on",
    "new_text": "text",
}
ASIDE = ("token", "do", "sure", "near")  # fields that are not part of the content


@dataclass(frozen=True, slots=True)
class Saved:
    """What saving a form wrote: stored under the form's token."""

    position: int
    version: int
    warnings: Sequence[tuple[str, str]] = ()
    token: str = ""  # of the form that saved it
    did: str = ""  # the button that did: publish, draft or submit; or correct


class AlreadyUsed(DomainError):
    """The form was saved before, with this token or with the same content."""

    status = 409
    title = "This form was already saved"

    def __init__(self, saved: Saved) -> None:
        super().__init__("This form was already saved.")
        self.saved = saved


async def saved_by(session: AsyncSession, viewer: Viewer, token: str) -> Saved | None:
    """Return what was saved with a form's token, or None."""
    row = await session.get(IdempotencyKey, (viewer.id, f"form:{token}"))
    return _read(row) if row else None


async def saved_before(
    session: AsyncSession, viewer: Viewer, address: str, form: Mapping[str, str]
) -> Saved | None:
    """Return the result of an earlier submission with this form's token, or None.

    Raise AlreadyUsed if the content differed then, or if another token was used for the same
    content: the editor went back in the browser and pressed the button again. The field `sure`
    confirms that: it has the id of the position that was saved. Wait for a submission with the same
    token that is being saved, so that a second press of the button writes nothing.
    """
    token = form.get("token", "")
    if not _usable(token):
        return None
    lock = int.from_bytes(
        hashlib.sha256(f"{viewer.id} form {token}".encode()).digest()[:8], "big", signed=True
    )
    await session.execute(select(func.pg_advisory_xact_lock(lock)))
    key, content = f"form:{token}", _digest(form)
    same = and_(
        IdempotencyKey.key.startswith("form:"),
        IdempotencyKey.address == address,
        IdempotencyKey.body_hash == content,
    )
    rows = await session.scalars(
        select(IdempotencyKey)
        .where(IdempotencyKey.account_id == viewer.id, or_(IdempotencyKey.key == key, same))
        .order_by(IdempotencyKey.key == key, IdempotencyKey.created_at)
    )
    newest = next(reversed(rows.all()), None)  # that of this token, if there is one
    if newest is None:
        return None
    saved = _read(newest)
    if newest.key != key and form.get("sure") == str(saved.position):
        return None
    if newest.key != key or (newest.address, newest.body_hash) != (address, content):
        raise AlreadyUsed(saved)
    return saved


def keep(
    session: AsyncSession, viewer: Viewer, address: str, form: Mapping[str, str], saved: Saved
) -> None:
    """Store what this form has saved, in the same transaction."""
    if _usable(form.get("token", "")):
        session.add(
            IdempotencyKey(
                account_id=viewer.id,
                key=f"form:{form['token']}",
                address=address,
                body_hash=_digest(form),
                status=303,
                headers={},
                answer=orjson.dumps([saved.position, saved.version, saved.warnings, saved.did]),
                created_at=now(),
            )
        )


async def read_content(
    log: Log, form: Mapping[str, str], asked: Sequence[Fault] = ()
) -> PositionContent:
    """Return the content of a form, and save the new sources that it describes.

    Raise Invalid with every fault, including those in `asked`, which the page has found.
    """
    form, _ = await settle_sources(log.session, form)
    faults = [*asked, *own_faults(form, log.now.date())]
    said = {k: v for k, v in read_form(form).items() if k not in ("party", "issue")}
    if not any(f.where.endswith("/source_id") for f in faults):
        faults += await _put_sources(log, form, said)
    try:
        content = PositionContent.model_validate(said)
    except ValidationError as error:
        told = {f.where for f in faults}
        found = body_faults(error, said)
        faults += [
            f for f in found if not any(t == f.where or t.startswith(f"{f.where}/") for t in told)
        ]
    if faults:
        raise Invalid("The position was not saved.", *faults)
    return content


async def _put_sources(log: Log, form: Values, said: dict[str, Any]) -> list[Fault]:
    """Save the new sources that a form describes, put their ids into the body, return faults."""
    faults: list[Fault] = []
    for i, n in enumerate(quote_blocks(form)):
        q = block(form, n)
        if q.get("source_id") or not q.get("new_title", "").strip():
            continue
        fields = {column: q[name] for name, column in NEW.items() if q.get(name, "").strip()}
        if "published_on" in fields:
            fields["published_on"] = iso(fields["published_on"])
        if where := q.get("new_url", "").strip():
            fields["url" if "://" in where else "reference"] = where
        try:
            source = SourceInput.model_validate(fields)
            row = await add_source(log, **source.model_dump())
            said["quotes"][i]["source_id"] = row.id
        except ValidationError as error:
            fields_of = {column: name for name, column in NEW.items()}
            for f in body_faults(error, fields):
                name = fields_of.get(f.where.strip("/"), "new_url")
                faults.append(Fault(f"/quotes/{i}/{name}", f.detail))
        except DomainError as error:
            faults.append(Fault(f"/quotes/{i}/new_url", error.detail))
    return faults


def _usable(token: str) -> bool:
    return 16 <= len(token) <= 100 and token.isascii() and token.isprintable()


def _digest(form: Mapping[str, str]) -> bytes:
    said = {k: iso(v) if k in DATES else v for k, v in form.items() if k not in ASIDE and v}
    return hashlib.sha256(orjson.dumps(said, option=orjson.OPT_SORT_KEYS)).digest()


def _read(row: IdempotencyKey) -> Saved:
    position, version, warnings, *did = orjson.loads(row.answer)
    said = [(where, detail) for where, detail in warnings]
    return Saved(position, version, said, row.key.removeprefix("form:"), *did)
