"""Read lists that come in windows."""

from typing import Any

from tests.support.factories import Desk


def walk(desk: Desk, address: str) -> list[Any]:
    """Return the answers of all windows, from an address on by `Link`.

    Hold that `meta.next` leads on wherever `Link` does, and that both times are pinned.
    """
    seen: list[Any] = []
    while address:
        got = desk.client.get(address)
        assert got.status_code == 200, got.text
        seen.append(got.json())
        address = got.links["next"]["url"] if "next" in got.links else ""
        assert bool(address) == (seen[-1]["meta"]["next"] is not None)
        assert not address or "known_at=" in address
    return seen
