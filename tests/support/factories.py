"""Send requests to the API, with factories that fill in whatever a test is not about."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.testclient import TestClient

Body = dict[str, Any]
numbers = itertools.count(1)

TEXT = (
    "Lake talks resume. “We accept forty per cent and not one drop less,” said Mara Venn, minister"
    " of Northshore, on "
    "Tuesday. “The dam stays closed until the survey is done,” she added. Asked again: “The dam"
    " stays closed.” "
    "Southshore’s envoy Tol Ibarra called the quota “an insult to every farmer in the valley”."
)
WORDS = "We accept forty per cent and not one drop less"
OTHER_WORDS = "an insult to every farmer in the valley"
TWICE = "The dam stays closed"
NOWHERE = "We accept sixty per cent and a day more"


def quote(exact: str = WORDS, source_id: int = 1, **more: Any) -> Body:
    """Return the body of a quote that occurs in the lake's source."""
    return {"source_id": source_id, "exact": exact, **more}


def position(party: str = "north", issue: str = "quota", **more: Any) -> Body:
    """Return the body that states a position; a value of `...` leaves that field out."""
    attitudes = {"quota": {"q40": "prefers"}, "dam": {"closed": "prefers"}}.get(issue, {})
    body = {
        "negotiation": "lake",
        "party": party,
        "issue": issue,
        "summary": f"{party} on {issue}",
        "attitudes": attitudes,
        "stated_on": "2024-05-14",
        "quotes": [quote()],
        **more,
    }
    return {name: value for name, value in body.items() if value is not ...}


def source(**more: Any) -> Body:
    """Return the body of a new source."""
    n = next(numbers)
    return {"url": f"https://news.example/{n}", "title": f"Report {n}", **more}


@dataclass(frozen=True)
class Answer:
    """A response of the JSON API."""

    status: int
    headers: Mapping[str, str]
    body: bytes
    json: Any

    @property
    def data(self) -> Any:
        """Return `data`; fail if the response is an error."""
        assert self.status < 300, (self.status, self.json or self.body[:500])
        return self.json["data"]

    @property
    def raw_data(self) -> bytes:
        """Return the bytes of `data` alone, as they were sent."""
        assert self.status == 200, (self.status, self.json)
        end = self.body.rindex(b',"meta":') if b',"meta":' in self.body else len(self.body) - 1
        return self.body[self.body.index(b'"data":') : end]

    @property
    def meta(self) -> Any:
        """Return the `meta` of the response."""
        return self.json["meta"]

    @property
    def etag(self) -> str:
        """Return the ETag."""
        return self.headers["etag"]

    @property
    def faults(self) -> set[str]:
        """Return the pointers and parameters that a refusal names."""
        assert self.headers["content-type"] == "application/problem+json", (
            self.status,
            self.body[:500],
        )
        return {e.get("pointer", e.get("parameter")) for e in self.json.get("errors", [])}


@dataclass(frozen=True)
class Desk:
    """A client of the API with an account's token or none; paths are relative to /api/v1."""

    client: TestClient
    token: str | None = None
    name: str = "stranger"
    cookie: str | None = None  # of a signed-in browser

    def ask(
        self, method: str, path: str, *, body: Any = None, query: Any = None, **headers: str
    ) -> Answer:
        """Send a request to the JSON API."""
        sent = headers | ({"Authorization": f"Bearer {self.token}"} if self.token else {})
        got = self.client.request(method, f"/api/v1{path}", json=body, params=query, headers=sent)
        is_json = "json" in got.headers.get("content-type", "")
        return Answer(
            got.status_code,
            got.headers,
            got.content,
            got.json() if is_json and got.content else None,
        )

    def browse(self, method: str, path: str, **more: Any) -> Any:
        """Send a request as a browser does from one of our own pages."""
        return self.client.request(method, path, headers=self._as_a_browser(), **more)

    def _as_a_browser(self) -> dict[str, str]:
        return {"Sec-Fetch-Site": "same-origin"} | ({"Cookie": self.cookie} if self.cookie else {})

    def uncached(self, path: str) -> Any:
        """GET a page that is not answered from the cache of answers, since it has a number."""
        headers = self._as_a_browser() | {"X-Request-ID": "uncached"}
        return self.client.get(path, headers=headers)

    def page(self, path: str, **query: Any) -> Any:
        """GET a page as a browser does."""
        return self.browse("GET", path, params=query or None)

    def get(self, path: str, **query: Any) -> Answer:
        """GET from the JSON API."""
        return self.ask("GET", path, query=query)

    def post(self, path: str, body: Any, **headers: str) -> Answer:
        """POST to the JSON API."""
        return self.ask("POST", path, body=body, **headers)

    def patch(self, path: str, change: Any, etag: str | None = "newest", **headers: str) -> Answer:
        """PATCH with a reason, over the newest version unless another is given."""
        if isinstance(change, dict):
            change = {"reason": "the record was wrong", **change}
            change = {name: value for name, value in change.items() if value is not ...}
        if etag == "newest":
            etag = self.get(path).etag
        return self.ask(
            "PATCH", path, body=change, **({"If-Match": etag} if etag else {}), **headers
        )

    def retract(self, number: int, reason: str = "not said", etag: str | None = "newest") -> Answer:
        """Retract a position, over the newest version unless another is given."""
        if etag == "newest":
            etag = self.get(f"/positions/{number}").etag
        return self.post(
            f"/positions/{number}/retract",
            {"reason": reason},
            **({"If-Match": etag} if etag else {}),
        )

    # Requests that a test only needs as a preparation; they fail if the server refuses.

    def state(self, *cell: str, **more: Any) -> Body:
        """State a published position."""
        return dict(self.post("/positions", position(*cell, **more)).data)

    def draft(self, *cell: str, **more: Any) -> Body:
        """State a draft."""
        return self.state(*cell, status="draft", **more)

    def correct(self, number: int, **change: Any) -> Body:
        """Correct a position, and return its new version."""
        return dict(self.patch(f"/positions/{number}", change).data)

    def source(self, **more: Any) -> Body:
        """Add a source."""
        return dict(self.post("/sources", source(**more)).data)

    def party(self, slug: str, negotiation: str | None = None, **more: Any) -> None:
        """Add a party, and let it take part in a negotiation if one is given."""
        assert self.post("/parties", {"slug": slug, "name": slug.title(), **more}).status == 201
        if negotiation is not None:
            assert self.post(f"/negotiations/{negotiation}/parties", {"party": slug}).status == 201

    def cell(self, party: str = "north", issue: str = "quota", **query: Any) -> Body:
        """Return a cell of the matrix as this account reads it."""
        cells = self.get("/negotiations/lake/matrix", **query).data["cells"]
        return next(c for c in cells if (c["party"], c["issue"]) == (party, issue))

    def current(self, party: str = "north", issue: str = "quota", **query: Any) -> int | None:
        """Return the id of a cell's current position, or None."""
        position = self.cell(party, issue, **query)["position"]
        return position and int(position["id"])

    def known_now(self) -> str:
        """Return the instant of the newest entry."""
        return str(self.get("/negotiations/lake").meta["known_at"])
