"""Make a small negotiation to work on, over the API as programs do."""

from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

from tests.accounts.make import SAME_ORIGIN


@dataclass(frozen=True)
class Api:
    """An API client with an editor's token; it fails if the server refuses."""

    client: TestClient
    token: str

    def post(self, path: str, body: dict[str, Any], status: int = 201) -> dict[str, Any]:
        answer = self.client.post(
            f"/api/v1{path}", json=body, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == status, answer.text
        return answer.json()["data"]

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        answer = self.client.get(
            f"/api/v1{path}", params=query, headers={"Authorization": f"Bearer {self.token}"}
        )
        assert answer.status_code == 200, answer.text
        return answer.json()


SCALE = [
    {"slug": "none", "label": "No truce", "rank": 1, "status_quo": True},
    {"slug": "short", "label": "A fortnight", "rank": 2},
    {"slug": "month", "label": "A month", "rank": 3},
    {"slug": "thirty", "label": "Thirty days", "rank": 4},
]


def negotiation(api: Api, slug: str = "sarn", **more: Any) -> int:
    """Make two parties, an issue with four options, one with two, and a source; return its id."""
    api.post("/negotiations", {"slug": slug, "title": "Sarn accord", **more})
    for party in ("aldria", "borsk"):
        api.post("/parties", {"slug": f"{slug}-{party}", "name": party.capitalize()})
        api.post(f"/negotiations/{slug}/parties", {"party": f"{slug}-{party}"})
    api.post(
        f"/negotiations/{slug}/issues",
        {"slug": "truce", "title": "Length of the truce", "ordered": True, "options": SCALE},
    )
    bridge = [{"slug": "joint", "label": "Joint company"}, {"slug": "borsk", "label": "Borsk"}]
    api.post(
        f"/negotiations/{slug}/issues",
        {"slug": "bridge", "title": "Who builds the bridge", "options": bridge},
    )
    source = {
        "url": f"https://example.org/{slug}",
        "title": "Courier",
        "published_on": "2025-03-20",
    }
    return api.post("/sources", source)["id"]


def position(
    api: Api, source: int, party: str = "aldria", day: str = "2025-03-10", issue: str = "truce",
    slug: str = "sarn", said: str = "We want a month of quiet.", party_slug: str = "", **body: Any,
) -> dict[str, Any]:  # fmt: skip
    quotes = [{"source_id": source, "exact": said, "said_on": day}]
    sent = {
        "negotiation": slug,
        "party": f"{party_slug or slug}-{party}",
        "issue": issue,
        "stated_on": day,
        "quotes": quotes,
    }
    return api.post("/positions", sent | body)


def post(client: TestClient, path: str, **fields: Any) -> Any:
    """Send a form as a browser does."""
    return client.post(path, data=fields, headers=SAME_ORIGIN)
