"""Merge a PATCH into the current version of a position (JSON Merge Patch, RFC 7396)."""

from collections.abc import Mapping
from typing import Any

from pydantic import ValidationError

from app.core.errors import Fault, Invalid
from app.core.text_lines import alike
from app.http.merge_patch import an_object
from app.http.problems import body_faults
from app.http.responses import plain_json
from app.positions.schemas import PositionPatch
from app.positions.views import PositionView

MAPS = ("attitudes", "conditions")
OURS = (
    "act",
    "summary",
    "firmness",
    "attitudes",
    "conditions",
    "inferred",
    "salience",
    "links",
    "stated_on",
)
# Sent back unchanged, these are ignored; sent with another value, they narrow the dates by hand.
SPANS = ("stated_from", "stated_by")
NEVER_NULL = ("act", "firmness", "attitudes", "conditions", "inferred", "links", "quotes", "status")
WRITABLE = {*OURS, *SPANS, "quotes", "status", "reason"}


def content_of(view: PositionView) -> dict[str, Any]:
    """Return a version in the form in which it would be sent, with its quotes kept by id."""
    said: dict[str, Any] = plain_json(view)
    return {name: said[name] for name in OURS} | {"quotes": [{"id": q.id} for q in view.quotes]}


def merge(view: PositionView, sent: object) -> PositionPatch:
    """Merge a patch into the current version; raise Invalid naming every field at fault."""
    sent = an_object(sent)
    there = plain_json(view)
    faults = [
        Fault(f"/{n}", "must not be null") for n in NEVER_NULL if n in sent and sent[n] is None
    ]
    for name, value in sent.items():
        if name not in WRITABLE and name not in there:
            faults.append(Fault(f"/{name}", "is not a field of a position"))
        elif name not in WRITABLE and value != there[name]:
            faults.append(Fault(f"/{name}", "cannot be changed"))
    if faults:
        raise Invalid("The position was not changed.", *faults)
    merged = content_of(view) | {
        n: v for n, v in sent.items() if n in WRITABLE and n not in MAPS and n not in SPANS
    }
    merged |= {n: v for n, v in sent.items() if n in SPANS and v != there[n]}
    for name in MAPS:
        if name in sent:
            merged[name] = _merge_map(f"/{name}", there[name], sent[name])
    _take_along(merged, sent, there)
    if "quotes" in sent:
        merged["quotes"] = _keep_quotes(sent["quotes"], there["quotes"])
    if merged.get("status") == there["status"]:
        del merged["status"]
    try:
        return PositionPatch.model_validate(merged)
    except ValidationError as error:
        raise Invalid("The position was not changed.", *body_faults(error, merged)) from None


def _merge_map(pointer: str, there: Mapping[str, Any], sent: object) -> dict[str, Any]:
    if not isinstance(sent, Mapping):
        raise Invalid("The position was not changed.", Fault(pointer, "must be an object"))
    merged = {**there, **sent}
    return {slug: value for slug, value in merged.items() if value is not None}


def _take_along(merged: dict[str, Any], sent: Mapping[str, Any], there: Mapping[str, Any]) -> None:
    """Remove the condition and the mark "inferred" of each removed attitude.

    Not where the same patch sends conditions or marks: then these are taken as sent.
    """
    gone = set(there["attitudes"]) - set(merged["attitudes"])
    if isinstance(sent.get("conditions"), Mapping):
        gone_conditions = {slug for slug in gone if slug not in sent["conditions"]}
    else:
        gone_conditions = gone
    merged["conditions"] = {
        s: c for s, c in merged["conditions"].items() if s not in gone_conditions
    }
    if "inferred" not in sent:
        merged["inferred"] = [s for s in merged["inferred"] if s not in gone]


def _keep_quotes(sent: object, there: list[dict[str, Any]]) -> object:
    """Reduce quotes that are kept to their id; raise Invalid if one was changed.

    A corrected quote is a new quote and has no id.
    """
    if not isinstance(sent, list):
        return sent  # the model refuses it
    by_id = {q["id"]: q for q in there}
    faults, kept = [], []
    for i, item in enumerate(sent):
        known = (
            by_id.get(item.get("id"))
            if isinstance(item, Mapping) and isinstance(item.get("id"), int)
            else None
        )
        if known is None:
            kept.append(item)
            continue
        known = known | {"source_id": known["source"]["id"]}
        for name, value in item.items():
            if name not in known:
                faults.append(Fault(f"/quotes/{i}/{name}", "is not a field of a quote"))
            elif not alike(value, known[name]) and not (
                name == "speaker" and _names(value, known[name])
            ):
                faults.append(
                    Fault(
                        f"/quotes/{i}/{name}",
                        "cannot be changed: a corrected quote is a new one, without id",
                    )
                )
        kept.append({"id": item["id"]})
    if faults:
        raise Invalid("The position was not changed.", *faults)
    return kept


def _names(value: object, speaker: Mapping[str, Any] | None) -> bool:
    return speaker is not None and isinstance(value, str) and value == speaker["name"]
