"""Share what the contexts of many pages have."""

from typing import Any

from app.matrix.schemas import Seen
from tests.templates import invented as sarn

POSITION = sarn.BORSK_GAUGE
BORSK, GAUGE, FEE = sarn.PARTIES[1], sarn.ISSUES[0], sarn.ISSUES[3]
COLUMN = {
    issue.slug: [
        (party, sarn.GRID.rows[at].cells[column]) for column, party in enumerate(sarn.PARTIES)
    ]
    for at, issue in enumerate(sarn.ISSUES)
}
SHARED: dict[str, Any] = {
    **sarn.ADDRESSES,
    "negotiation": sarn.NEGOTIATION,
    "nav": sarn.NAV,
    "names": sarn.NAMES,
    "titles": sarn.TITLES,
    "known_at": None,
    "filters": {},
    "changed_since": 0,
    "carried": dict.fromkeys(Seen.model_fields),
    "moved": None,
    "as_of": "2031-03-14",
}
WHOLE: dict[str, Any] = {
    "place": 0,
    "paths": [],
    "quoted": {},
    "is_part": False,
    "total_cells": 6,
    "next_url": None,
    "previous_url": None,
}
