"""Turn the faults of a position into sentences for people."""

import re

from app.core.errors import Fault

_PLACES = {"quotes": "Quote", "links": "Link"}


def said(fault: Fault) -> str:
    """Turn a fault into a sentence: "Quote 2 does not occur in the text of its source"."""
    parts = fault.where.strip("/").split("/")
    if parts == ["quotes"]:
        return fault.detail[:1].upper() + fault.detail[1:]
    if parts[0] in _PLACES and len(parts) > 1 and re.fullmatch("[0-9]+", parts[1]):
        rest = (
            f", {parts[2].replace('_', ' ')},"
            if len(parts) > 2 and parts[2] not in ("exact", "issue")
            else ""
        )
        return f"{_PLACES[parts[0]]} {int(parts[1]) + 1}{rest} {fault.detail}"
    if parts == ["comment"]:
        return f"Comment: {fault.detail}"
    name = ": ".join(p.replace("_", " ") for p in parts if p)
    return f"{name.capitalize()} {fault.detail}" if name else fault.detail
