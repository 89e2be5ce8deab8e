"""Apply JSON Merge Patch (RFC 7396) with a reason to a plain object; pure functions."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pydantic import TypeAdapter, ValidationError

from app.core.errors import Fault, Invalid
from app.core.input_models import Input, Reason
from app.http.json_body import MalformedJson
from app.http.problems import body_faults
from app.http.responses import plain_json

M = TypeVar("M", bound=Input)
REASON = TypeAdapter(Reason)


@dataclass(frozen=True, slots=True)
class Patch(Generic[M]):
    """The patched object, the values of the fields that were sent, and the reason."""

    whole: M
    fields: dict[str, Any]
    reason: str


def an_object(sent: object) -> Mapping[str, Any]:
    """Return a body that is a JSON object; raise Invalid for others."""
    if isinstance(sent, MalformedJson):
        sent.refuse()
    if not isinstance(sent, Mapping):
        raise Invalid("The body of a PATCH must be a JSON object.", Fault("", "must be an object"))
    return sent


def read_reason(sent: object) -> str:
    """Return the reason, which every change of public data needs; raise Invalid without one."""
    given = sent.get("reason") if isinstance(sent, Mapping) else None
    try:
        return REASON.validate_python(given)
    except ValidationError:
        raise Invalid("A correction needs a reason.", Fault("/reason", "is required")) from None


def merge_patch(
    model: type[M], view: object, sent: object, *, fixed: frozenset[str] = frozenset({"slug"})
) -> Patch[M]:
    """Merge the sent fields into the current object.

    Fields that are read-only or `fixed` are accepted if equal, and raise Invalid if changed.
    """
    sent = an_object(sent)
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
    merged = {n: there[n] for n in model.model_fields if n in there} | {
        n: sent[n] for n in sent if n in writable
    }
    try:
        whole = model.model_validate(merged)
    except ValidationError as error:
        found = body_faults(error, merged)
        raise Invalid("; ".join(f"{f.where} {f.detail}" for f in found[:3]), *found) from None
    return Patch(whole, {n: getattr(whole, n) for n in sent if n in writable}, read_reason(sent))
