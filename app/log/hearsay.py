"""What counts as hearsay: a position that only other parties' speakers state; pure.

`app/log/derived_tables.py` says the same in SQL, so that one can be compared with the other.
"""

from collections.abc import Mapping
from typing import Any


def attributed_by(document: Mapping[str, Any]) -> list[int]:
    """Return the parties whose speakers alone say this of the position's party, by their numbers.

    There are none where the position is no hearsay: where it rests on the party's own words too, or on a source's own
    report, which has no speaker (docs/rules.md, vocabulary).
    """
    own = (None, document["party_id"])
    others = [quote["party_id"] for quote in document["quotes"] if quote["party_id"] not in own]
    return list(dict.fromkeys(others)) if len(others) == len(document["quotes"]) else []
