"""Detect hearsay: a position that only other parties' speakers state.

`app/log/derived_tables.py` does the same in SQL, so that the two can be compared.
"""

from collections.abc import Mapping
from typing import Any


def attributed_by(document: Mapping[str, Any]) -> list[int]:
    """Return the ids of the parties whose speakers alone state this position.

    Empty if the position is not hearsay: if one of its quotes is the party's own words or a
    source's own report, which has no speaker (docs/rules.md#vocabulary).
    """
    own = (None, document["party_id"])
    others = [quote["party_id"] for quote in document["quotes"] if quote["party_id"] not in own]
    return list(dict.fromkeys(others)) if len(others) == len(document["quotes"]) else []
