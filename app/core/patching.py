"""What a PATCH means for a plain object: JSON Merge Patch plus the reason for it (contract); pure."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.core.errors import Fault, Invalid
from app.core.forms import Input, Reason
from app.core.problems import body_faults
from app.core.responses import plain_json

M = TypeVar("M", bound=Input)
REASON = TypeAdapter(Reason)


def read_reason(sent: object) -> str:
    """The reason that every change of what is public needs."""
    given = sent.get("reason") if isinstance(sent, Mapping) else None
    try:
        return REASON.validate_python(given)
    except ValidationError:
        raise Invalid("Say why: a correction needs its reason.", Fault("/reason", "is required")) from None


def merge_patch(
    model: type[M], view: object, sent: object, *, fixed: frozenset[str] = frozenset({"slug"})
) -> tuple[M, set[str]]:
    """Merge what was sent into what is there; gives the whole and the names of what was sent.

    Fields that cannot be written, or are `fixed`, are accepted as they are, and refused when changed.
    """
    if not isinstance(sent, Mapping):
        raise Invalid("A PATCH is an object.", Fault("", "must be an object"))
    there: dict[str, Any] = plain_json(view)
    writable = set(model.model_fields) - fixed
    faults = []
    for name, value in sent.items():
        if name in writable or name == "reason":
            continue
        if name not in there:
            faults.append(Fault(f"/{name}", "is not a field here"))
        elif value != there[name]:
            faults.append(Fault(f"/{name}", "cannot be changed"))
    if faults:
        raise Invalid("Nothing was changed.", *faults)
    merged = {n: there[n] for n in model.model_fields if n in there} | {n: sent[n] for n in sent if n in writable}
    try:
        return model.model_validate(merged), set(sent) & writable
    except ValidationError as error:
        found = body_faults(error, merged)
        raise Invalid("; ".join(f"{f.where} {f.detail}" for f in found[:3]), *found) from None
