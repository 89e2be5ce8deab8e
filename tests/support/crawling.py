"""Request every address of the application, for several accounts, and read the responses."""

import io
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any

from tests.support.factories import Desk
from tests.support.fixtures import Lake
from tests.support.routes import PARAMETER, fill, routes

# Endless, or only about the process.
NOT_ASKED = (
    "/api/v1/events",
    "/metrics",
    "/healthz",
    "/readyz",
    "/api/docs",
    "/api/v1/openapi.json",
    "/bookmarklet",
)
# Other forms of the same requests.
VARIED = {
    "/n/{slug}": (
        "transpose=1",
        "q=survey",
        "since=2024-01-01",
        "view=atlas&order=likeness&only=differing",
    ),
    "/n/{slug}/export.csv": ("shape=matrix", "exact=1"),
    "/n/{slug}/feed.atom": ("party=north",),
    "/search": ("q=survey",),
    "/api/v1/search": ("q=survey",),
    "/api/v1/positions": ("q=survey", "sort=recorded_at", "issue=dam"),
    "/api/v1/negotiations/{slug}/matrix": ("since=2024-01-01",),
    "/admin/redactions": ("what=quote&number=1",),
}
LINKED = "application/ld+json"


@dataclass(frozen=True)
class Asked:
    """One request: its account, address and Accept header."""

    desk: str
    address: str
    accept: str = "*/*"


def questions(lake: Lake, values: Mapping[str, Sequence[object]], known_at: str) -> list[Asked]:
    """Yield every GET with every choice of values: as a stranger, pinned or not, and an admin."""
    found = []
    for method, path in routes(lake.app):
        if method != "GET" or path in NOT_ASKED:
            continue
        for address in _filled(path, values):
            pinned = f"{address}{'&' if '?' in address else '?'}known_at={known_at}"
            found += [Asked("stranger", address), Asked("stranger", pinned), Asked("root", address)]
            if path == "/api/v1/quotes/{quote_id}":
                found += [Asked("stranger", a, LINKED) for a in (address, pinned)]
    found += [Asked("root", f"/api/v1/positions?status={s}") for s in ("draft", "retracted")]
    return found


def _filled(path: str, values: Mapping[str, Sequence[object]]) -> Iterator[str]:
    names = PARAMETER.findall(path)
    for chosen in product(*(values[name] for name in names)):
        address = fill(path, dict(zip(names, chosen, strict=True)))
        yield address
        for query in VARIED.get(path, ()):
            yield f"{address}?{query}"


def ask(lake: Lake, asked: Asked, etag: str | None = None) -> Any:
    """Send a request, with the ETag of an earlier response as a mirror or a browser would."""
    desk: Desk = lake.desks[asked.desk]
    headers = {"Accept": asked.accept, **({"If-None-Match": etag} if etag else {})}
    if asked.address.startswith("/api/"):
        headers |= {"Authorization": f"Bearer {desk.token}"} if desk.token else {}
    else:
        headers |= {"Cookie": desk.cookie} if desk.cookie else {}
    return desk.client.get(asked.address, headers=headers)


def said(answer: Any) -> bytes:
    """Return all that a response contains; for a zip, what is in it."""
    content = bytes(answer.content)
    if content[:2] != b"PK":
        return content
    with zipfile.ZipFile(io.BytesIO(content)) as box:
        return b"".join(box.read(name) for name in box.namelist())
