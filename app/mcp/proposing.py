"""Propose for an agent: the one tool that writes, by a token."""

from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from app.mcp.asking import Ask, Refused
from app.mcp.presenter import Json
from app.proposals.schemas import ProposalInput

NAME = "propose"
TITLE = "Propose"
DESCRIPTION = (
    "Propose a position with its quotes, a source with its text, or a correction, for editors to "
    "decide about; readers never see it. It needs a token, best one that may do nothing else. "
    "Words of quotes are checked against the source, and refused with the closest passage if they "
    "do not match. Say in `proposed_by` which tool and model found them. Proposing the same again "
    "changes nothing."
)
DECIDED = "An editor decides about it. Until then it is no part of the record: do not cite it."


@lru_cache(maxsize=1)
def schema() -> Json:
    """Return the JSON Schema of the arguments: the body that the API takes."""
    return ProposalInput.model_json_schema()


async def propose(sent: Mapping[str, Any], ask: Ask) -> Json:
    """Propose, and return the proposal with the address where its decision will stand."""
    if "proposals" in sent:
        raise Refused("Invalid input", "`proposals` is not taken here: propose one at a time.")
    body = await ask.post("/proposals", dict(sent))
    made = body["data"]
    return {
        "answer": made,
        "known_at": body["meta"]["known_at"],
        "address": f"{ask.base}{made['url']}",
        "api": f"{ask.base}/api/v1/proposals/{made['id']}",
        "notes": [DECIDED],
    }
