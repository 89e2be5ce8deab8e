"""Test rules over every route, so that a new one has to keep them.

12: rights, 13: drafts, 16: reading changes nothing.
"""

import hashlib
import io
import re
import zipfile
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.support.factories import Desk, quote
from tests.support.fixtures import Lake
from tests.support.routes import fill, routes
from tests.support.worlds import connect

# The accounts that may use each route. Others are asked to sign in (401; a page's GET redirects to
# /login) or refused (403). A route that is not listed fails the test: add it here.
ANYONE, SIGNED_IN, EDITOR, ADMIN = "anyone", "signed in", "editor", "admin"
ROLES = {
    ANYONE: ("stranger", "vic", "ada", "root"),
    SIGNED_IN: ("vic", "ada", "root"),
    EDITOR: ("ada", "root"),
    ADMIN: ("root",),
}
RIGHTS = {
    "GET /": ANYONE,
    "GET /account": SIGNED_IN,
    "POST /account/oidc": SIGNED_IN,
    "POST /account/oidc/unlink": SIGNED_IN,
    "POST /account/password": SIGNED_IN,
    "POST /account/sign-ins/end-others": SIGNED_IN,
    "POST /account/sign-ins/{number}/end": SIGNED_IN,
    "POST /account/tokens": SIGNED_IN,
    "POST /account/tokens/{number}/revoke": SIGNED_IN,
    "GET /admin/redactions": ADMIN,
    "POST /admin/redactions": ADMIN,
    "GET /admin/users": ADMIN,
    "POST /admin/users": ADMIN,
    "POST /admin/users/{number}/disable": ADMIN,
    "POST /admin/users/{number}/enable": ADMIN,
    "POST /admin/users/{number}/link": ADMIN,
    "POST /admin/users/{number}/role": ADMIN,
    "GET /api/v1/changes": ANYONE,
    "GET /api/v1/events": ANYONE,
    "GET /api/v1/negotiations": ANYONE,
    "POST /api/v1/negotiations": EDITOR,
    "GET /api/v1/negotiations/{slug}": ANYONE,
    "PATCH /api/v1/negotiations/{slug}": EDITOR,
    "GET /api/v1/negotiations/{slug}/agreement": ANYONE,
    "GET /api/v1/negotiations/{slug}/changes": ANYONE,
    "GET /api/v1/negotiations/{slug}/packages": ANYONE,
    "GET /api/v1/negotiations/{slug}/contradictions": ANYONE,
    "GET /api/v1/negotiations/{slug}/common-ground": ANYONE,
    "GET /api/v1/negotiations/{slug}/coverage": ANYONE,
    "GET /api/v1/negotiations/{slug}/issues": ANYONE,
    "POST /api/v1/negotiations/{slug}/issues": EDITOR,
    "GET /api/v1/negotiations/{slug}/issues/{issue}": ANYONE,
    "PATCH /api/v1/negotiations/{slug}/issues/{issue}": EDITOR,
    "GET /api/v1/negotiations/{slug}/looks": ANYONE,
    "POST /api/v1/negotiations/{slug}/looks": EDITOR,
    "GET /api/v1/negotiations/{slug}/matrix": ANYONE,
    "GET /api/v1/negotiations/{slug}/parties": ANYONE,
    "POST /api/v1/negotiations/{slug}/parties": EDITOR,
    "GET /api/v1/negotiations/{slug}/parties/{party}": ANYONE,
    "PATCH /api/v1/negotiations/{slug}/parties/{party}": EDITOR,
    "GET /api/v1/negotiations/{slug}/releases": ANYONE,
    "GET /api/v1/negotiations/{slug}/releases/{number}": ANYONE,
    "GET /api/v1/negotiations/{slug}/timeline": ANYONE,
    "GET /api/v1/parties": ANYONE,
    "POST /api/v1/parties": EDITOR,
    "GET /api/v1/parties/{party}": ANYONE,
    "PATCH /api/v1/parties/{party}": EDITOR,
    "GET /api/v1/positions": ANYONE,
    "POST /api/v1/positions": EDITOR,
    "GET /api/v1/positions/{position_id}": ANYONE,
    "PATCH /api/v1/positions/{position_id}": EDITOR,
    "POST /api/v1/positions/{position_id}/retract": EDITOR,
    "GET /api/v1/positions/{position_id}/versions": ANYONE,
    "GET /api/v1/positions/{position_id}/versions/{version}": ANYONE,
    "GET /api/v1/proposals": SIGNED_IN,
    "POST /api/v1/proposals": SIGNED_IN,
    "POST /api/v1/proposals/{proposal_id}/withdraw": SIGNED_IN,
    "POST /n/{slug}/proposals/search": EDITOR,
    "GET /proposals": SIGNED_IN,
    "POST /proposals/{proposal_id}/withdraw": SIGNED_IN,
    "GET /api/v1/proposals/figures": EDITOR,
    "GET /api/v1/proposals/{proposal_id}": SIGNED_IN,
    "GET /api/v1/alerts": SIGNED_IN,
    "POST /api/v1/alerts": SIGNED_IN,
    "GET /api/v1/alerts/{alert_id}": SIGNED_IN,
    "GET /api/v1/alerts/{alert_id}/deliveries": SIGNED_IN,
    "POST /api/v1/alerts/{alert_id}/act": SIGNED_IN,
    "GET /alerts": SIGNED_IN,
    "GET /alerts/{alert_id}": SIGNED_IN,
    "POST /alerts/{alert_id}": SIGNED_IN,
    # By the key in an e-mail.
    "GET /alerts/{alert_id}/confirm": ANYONE,
    "POST /alerts/{alert_id}/confirm": ANYONE,
    "GET /alerts/{alert_id}/end": ANYONE,
    "POST /alerts/{alert_id}/end": ANYONE,
    "GET /n/{slug}/alerts/new": ANYONE,
    "POST /n/{slug}/alerts/new": SIGNED_IN,
    "GET /admin/alerts": ADMIN,
    "POST /admin/alerts": ADMIN,
    "GET /n/{slug}/cells/{party}/{issue}/propose": SIGNED_IN,
    "POST /n/{slug}/cells/{party}/{issue}/propose": SIGNED_IN,
    "GET /n/{slug}/corrections": ANYONE,
    "GET /n/{slug}/proposals": EDITOR,
    "POST /n/{slug}/proposals": EDITOR,
    "GET /proposals/figures": EDITOR,
    "GET /proposals/figures.csv": EDITOR,
    "GET /proposals/{proposal_id}": SIGNED_IN,
    "GET /proposals/{proposal_id}/mend": EDITOR,
    "POST /proposals/{proposal_id}/mend": EDITOR,
    "POST /api/v1/quotes/check": EDITOR,
    "GET /api/v1/quotes/{quote_id}": ANYONE,
    "GET /api/v1/search": ANYONE,
    "GET /api/v1/sources": ANYONE,
    "POST /api/v1/sources": EDITOR,
    "GET /api/v1/sources/{source_id}": ANYONE,
    "PATCH /api/v1/sources/{source_id}": EDITOR,
    "GET /api/v1/speakers": ANYONE,
    "POST /api/v1/speakers": EDITOR,
    "GET /api/v1/speakers/{speaker_id}": ANYONE,
    "PATCH /api/v1/speakers/{speaker_id}": EDITOR,
    "GET /bookmarklet": EDITOR,
    "GET /healthz": ANYONE,
    "GET /login": ANYONE,
    "POST /login": ANYONE,
    "POST /login/oidc": ANYONE,
    "GET /login/oidc/callback": ANYONE,
    "POST /logout": ANYONE,
    "GET /lookup/parties": EDITOR,
    "GET /lookup/sources": EDITOR,
    "GET /lookup/speakers": EDITOR,
    "POST /mcp": ANYONE,
    "GET /metrics": ANYONE,
    "GET /n/{slug}": ANYONE,
    "GET /n/{slug}/about": ANYONE,
    "GET /n/{slug}/cells/{party}/{issue}": ANYONE,
    "GET /n/{slug}/cells/{party}/{issue}/picture.{image}": ANYONE,
    "GET /n/{slug}/cite.{form}": ANYONE,
    "GET /n/{slug}/code-book": EDITOR,
    "GET /n/{slug}/code-book/issues/new": EDITOR,
    "POST /n/{slug}/code-book/issues/new": EDITOR,
    "GET /n/{slug}/code-book/issues/{issue}": EDITOR,
    "POST /n/{slug}/code-book/issues/{issue}": EDITOR,
    "POST /n/{slug}/code-book/issues/{issue}/move": EDITOR,
    "GET /n/{slug}/code-book/issues/{issue}/options/new": EDITOR,
    "POST /n/{slug}/code-book/issues/{issue}/options/new": EDITOR,
    "GET /n/{slug}/code-book/issues/{issue}/options/{option}": EDITOR,
    "POST /n/{slug}/code-book/issues/{issue}/options/{option}": EDITOR,
    "GET /n/{slug}/code-book/issues/{issue}/options/{option}/merge": EDITOR,
    "POST /n/{slug}/code-book/issues/{issue}/options/{option}/merge": EDITOR,
    "POST /n/{slug}/code-book/issues/{issue}/options/{option}/move": EDITOR,
    "GET /n/{slug}/code-book/issues/{issue}/options/{option}/split": EDITOR,
    "POST /n/{slug}/code-book/issues/{issue}/options/{option}/split": EDITOR,
    "GET /n/{slug}/code-book/negotiation": EDITOR,
    "POST /n/{slug}/code-book/negotiation": EDITOR,
    "GET /api/docs": ANYONE,
    "GET /api/v1/openapi.json": ANYONE,
    "GET /help": ANYONE,
    "GET /n/{slug}/code-book/parties/{party}/merge": EDITOR,
    "POST /n/{slug}/code-book/parties/{party}/merge": EDITOR,
    "GET /n/{slug}/code-book/parties/{party}/split": EDITOR,
    "POST /n/{slug}/code-book/parties/{party}/split": EDITOR,
    "POST /n/{slug}/code-book/parties/{party}/again": EDITOR,
    "GET /n/{slug}/code-book/parties/new": EDITOR,
    "POST /n/{slug}/code-book/parties/new": EDITOR,
    "POST /n/{slug}/code-book/parties/seat": EDITOR,
    "GET /n/{slug}/code-book/parties/{party}": EDITOR,
    "POST /n/{slug}/code-book/parties/{party}": EDITOR,
    "POST /n/{slug}/code-book/parties/{party}/move": EDITOR,
    "POST /n/{slug}/code-book/parties/{party}/part": EDITOR,
    "GET /n/{slug}/agreement": ANYONE,
    "GET /n/{slug}/changes": ANYONE,
    "GET /n/{slug}/changes.csv": ANYONE,
    "GET /n/{slug}/common-ground": ANYONE,
    "GET /n/{slug}/packages": ANYONE,
    "GET /n/{slug}/contradictions": ANYONE,
    "GET /n/{slug}/contradictions.csv": ANYONE,
    "GET /n/{slug}/packages.csv": ANYONE,
    "GET /n/{slug}/compare": ANYONE,
    "GET /n/{slug}/compare.csv": ANYONE,
    "GET /n/{slug}/coverage": ANYONE,
    "GET /n/{slug}/desk": EDITOR,
    "GET /n/{slug}/desk/{source_id}": EDITOR,
    "POST /n/{slug}/desk/{source_id}": EDITOR,
    "POST /n/{slug}/desk/{source_id}/reading": EDITOR,
    "GET /n/{slug}/double-coding": EDITOR,
    "GET /n/{slug}/double-coding/{number}": EDITOR,
    "POST /n/{slug}/double-coding/draw": EDITOR,
    "POST /n/{slug}/double-coding/{number}": EDITOR,
    "GET /n/{slug}/drafts": EDITOR,
    "POST /n/{slug}/drafts": EDITOR,
    "GET /n/{slug}/export.csv": ANYONE,
    "GET /n/{slug}/export.graphml": ANYONE,
    "GET /n/{slug}/export.json": ANYONE,
    "GET /n/{slug}/export.qdpx": ANYONE,
    "GET /n/{slug}/export.jsonld": ANYONE,
    "GET /n/{slug}/export.xlsx": ANYONE,
    "GET /n/{slug}/export.zip": ANYONE,
    "GET /n/{slug}/export/bargaining.csv": ANYONE,
    "GET /n/{slug}/export/edges.csv": ANYONE,
    "GET /n/{slug}/feed.atom": ANYONE,
    "GET /n/{slug}/export.dna": ANYONE,
    "GET /n/{slug}/import-dna": EDITOR,
    "POST /n/{slug}/import-dna": EDITOR,
    "GET /n/{slug}/import": EDITOR,
    "POST /n/{slug}/import": EDITOR,
    "GET /n/{slug}/import/template.{form}": EDITOR,
    "GET /n/{slug}/issues/{issue}": ANYONE,
    "GET /n/{slug}/issues/{issue}/picture.{image}": ANYONE,
    "GET /n/{slug}/issues/{issue}/options/{option}": ANYONE,
    "GET /n/{slug}/looks/new": EDITOR,
    "POST /n/{slug}/looks/new": EDITOR,
    "GET /n/{slug}/parties/{party}": ANYONE,
    "GET /n/{slug}/parties/{party}/dossier.docx": ANYONE,
    "GET /n/{slug}/parties/{party}/picture.{image}": ANYONE,
    "GET /n/{slug}/picture.{image}": ANYONE,
    "GET /n/{slug}/positions/new": EDITOR,
    "POST /n/{slug}/positions/new": EDITOR,
    "GET /n/{slug}/releases": ANYONE,
    "GET /n/{slug}/releases/new": ADMIN,
    "POST /n/{slug}/releases/new": ADMIN,
    "GET /n/{slug}/releases/{number}": ANYONE,
    "GET /n/{slug}/releases/{number}.zip": ANYONE,
    "GET /n/{slug}/releases/{number}/cite.{form}": ANYONE,
    "GET /n/{slug}/review": EDITOR,
    "GET /n/{slug}/start/issue": EDITOR,
    "POST /n/{slug}/start/issue": EDITOR,
    "GET /n/{slug}/start/parties": EDITOR,
    "POST /n/{slug}/start/parties": EDITOR,
    "GET /n/{slug}/timeline": ANYONE,
    "GET /negotiations/new": EDITOR,
    "POST /negotiations/new": EDITOR,
    "POST /practice": ADMIN,
    "POST /positions/span-fragment": EDITOR,
    "POST /sources/suggestions": EDITOR,
    "GET /parties/{party}": ANYONE,
    "GET /positions/{position_id}": ANYONE,
    "GET /positions/{position_id}/cite.{form}": ANYONE,
    "GET /positions/{position_id}/correct": EDITOR,
    "POST /positions/{position_id}/correct": EDITOR,
    "GET /positions/{position_id}/move": EDITOR,
    "POST /positions/{position_id}/move": EDITOR,
    "GET /positions/{position_id}/restore": EDITOR,
    "POST /positions/{position_id}/restore": EDITOR,
    "GET /positions/{position_id}/retract": EDITOR,
    "POST /positions/{position_id}/retract": EDITOR,
    "GET /positions/{position_id}/review": EDITOR,
    "POST /positions/{position_id}/review": EDITOR,
    "GET /positions/{position_id}/saved": EDITOR,
    "GET /positions/{position_id}/versions/{number}": ANYONE,
    "GET /positions/{position_id}/versions/{version}/cite.{form}": ANYONE,
    "POST /quotes/check-fragment": EDITOR,
    "GET /quotes/{quote_id}": ANYONE,
    "GET /quotes/{quote_id}/cite.{form}": ANYONE,
    "GET /readyz": ANYONE,
    "GET /search": ANYONE,
    "GET /sources/new": EDITOR,
    "POST /sources/new": EDITOR,
    "GET /sources/{source_id}": ANYONE,
    "GET /sources/{source_id}/cite.{form}": ANYONE,
    "GET /sources/{source_id}/edit": EDITOR,
    "POST /sources/{source_id}/edit": EDITOR,
    "GET /sources/{source_id}/text": EDITOR,
    "POST /sources/{source_id}/text": EDITOR,
}
POSITION, DRAFT = 1, 2
VALUES = {
    "slug": "lake", "party": "north", "issue": "quota", "option": "q40", "position_id": POSITION,
    "version": 1, "number": 1, "quote_id": 1, "source_id": 1, "speaker_id": 1, "form": "bib",
    "image": "svg", "rest": "x", "proposal_id": 1, "alert_id": 1,
}  # fmt: skip
# GETs that do not depend on the log: they may differ from one moment to the next.
ENDLESS = "/api/v1/events"
OF_THE_MOMENT = ("/metrics", "/healthz", "/readyz", ENDLESS)


@pytest.fixture
def filled(lake: Lake) -> Lake:
    """Add a published position of the north to the lake."""
    assert lake.ada.state()["id"] == POSITION
    return lake


def test_every_route_is_listed(lake: Lake) -> None:
    declared = {f"{method} {path}" for method, path in routes(lake.app)}
    assert declared - set(RIGHTS) == set(), "say in RIGHTS who these are for"
    assert set(RIGHTS) - declared == set(), "these are gone; take them out of RIGHTS"


def passes(desk: Desk, method: str, path: str) -> bool:
    """Tell whether an account may use the route.

    What is said of the request itself does not matter here, except that it must not be a 500.
    """
    if path == ENDLESS:  # tested on a real server in tests/feeds/test_events.py
        return True
    if path.startswith("/api/"):
        headers = {"Authorization": f"Bearer {desk.token}"} if desk.token else {}
        got = desk.client.request(
            method, path, headers=headers, **({} if method == "GET" else {"json": {}})
        )
    else:
        got = desk.browse(method, path, **({} if method == "GET" else {"data": {}}))
    assert got.status_code < 500, (method, path, desk.name, got.status_code, got.text[:300])
    to_login = got.status_code == 303 and got.headers["location"].startswith("/login?next=")
    if desk.token is None:
        assert got.status_code != 403, (method, path, "a stranger is asked to sign in first")
        return not (got.status_code == 401 or to_login)
    assert got.status_code != 401 and not to_login, (method, path, desk.name, got.text[:300])
    return got.status_code != 403


# These come last, since they end the sessions and tokens that the test uses.
ABOUT_ACCOUNTS = re.compile("POST /(admin|account|log)")


def test_each_route_lets_in_those_whom_it_is_for(filled: Lake, subtests: pytest.Subtests) -> None:
    order = sorted(
        RIGHTS,
        key=lambda r: (
            not r.startswith("GET"),
            bool(ABOUT_ACCOUNTS.match(r)),
            r == "POST /logout",
            r,
        ),
    )
    for name in ("stranger", "vic", "ada", "root"):
        for route in order:
            method, path = route.split(" ")
            with subtests.test(f"{name} {route}"):
                # For writes, 99 is no sign-in, token or account of the one who asks.
                values = VALUES if method == "GET" else VALUES | {"number": 99}
                assert passes(filled.desks[name], method, fill(path, values)) == (
                    name in ROLES[RIGHTS[route]]
                )


# --- 13: drafts -----------------------------------------------------------------------------------

MARKER = "zebrawood"
# Places where a page repeats the query.
ECHOED = rf"[?&;]q={MARKER}|value=\"{MARKER}\"|“{MARKER}”|<title>{MARKER}:"


def addresses(lake: Lake) -> list[str]:
    """Return each GET once, with public objects, and searches for the words of a draft."""
    found = [
        fill(path, VALUES)
        for method, path in routes(lake.app)
        if method == "GET" and path not in OF_THE_MOMENT
    ]
    found += [
        f"{path}{'&' if '?' in path else '?'}q={MARKER}" for path in ("/search", "/api/v1/search")
    ]
    found += [
        f"/api/v1/positions?q={MARKER}",
        f"/api/v1/negotiations/lake/matrix?q={MARKER}",
        f"/n/lake?q={MARKER}",
    ]
    found += [
        "/api/v1/positions?limit=1",
        "/api/v1/search?q=forty",
        "/search?q=forty",
        "/api/v1/changes?limit=500",
    ]
    return sorted(set(found) - {"/login", "/logout"})


def look(desk: Desk, address: str) -> Any:
    """Read a page with a browser, the API with a token."""
    token = {"Authorization": f"Bearer {desk.token}"} if desk.token else {}
    return (
        desk.client.get(address, headers=token)
        if address.startswith("/api/")
        else desk.page(address)
    )


# Particular to one response: its number in our logs, and the second in which a file was made.
OF_ONE_ANSWER = re.compile(
    rb"exported_at\W+[0-9T:.-]+Z?|<dcterms:\w+[^>]*>[^<]*<|\"request\":\"[0-9a-f]{16}\""
)


def read(desk: Desk, address: str) -> tuple[int, dict[str, str], list[bytes]]:
    """Return a response byte for byte, with headers; for a zip, the files in it."""
    got = look(desk, address)
    headers = {k: v for k, v in got.headers.items() if k not in ("x-request-id", "date")}
    if got.content[:2] != b"PK":
        return got.status_code, headers, OF_ONE_ANSWER.sub(b"", got.content).split(b"\n")
    headers.pop("content-length", None)
    with zipfile.ZipFile(io.BytesIO(got.content)) as box:
        files = [OF_ONE_ANSWER.sub(b"", box.read(name)) for name in sorted(box.namelist())]
    return got.status_code, headers, files


def work_in_private(lake: Lake) -> None:
    """Do all that editors do in private: drafts, comments on them, entries of the work list."""
    ada, bo = lake.ada, lake.bo
    made = ada.draft(
        summary=MARKER,
        attitudes={"q20": "rejects"},
        conditions={"q20": f"only with {MARKER}"},
        quotes=[
            quote("forty per cent", speaker={"name": f"Dr {MARKER}"}, translation=MARKER),
            quote("an insult to every farmer"),
        ],
    )
    assert made["id"] == DRAFT
    ada.correct(DRAFT, summary=f"{MARKER} again")
    for desk, do in ((ada, "submit"), (bo, "return")):
        sent = {"do": do, "version": "2", "comment": MARKER}
        assert desk.browse("POST", f"/positions/{DRAFT}/review", data=sent).status_code == 303
    discarded = ada.draft("south", "dam", quotes=[])["id"]
    assert ada.retract(discarded, MARKER).status == 200
    assert ada.patch(f"/positions/{discarded}", {"status": "draft"}).status == 200
    proposed = {
        "kind": "position",
        "position": {
            "negotiation": "lake",
            "party": "north",
            "issue": "dam",
            "summary": MARKER,
            "quotes": [quote(speaker={"name": f"Envoy {MARKER}"}, translation=MARKER)],
        },
        "proposed_by": {"tool": MARKER},
        "note": MARKER,
    }
    for body in (proposed, {**proposed, "proposed_by": {"tool": "another"}}):
        assert ada.post("/proposals", body).status == 201
    source = {"url": "https://zebra.example", "title": MARKER, "text": f"All {MARKER}"}
    assert ada.post("/proposals", {"kind": "source", "source": source}).status == 201
    decided = {"do": "put_off", "proposal": "1:1"}
    assert ada.browse("POST", "/n/lake/proposals", data=decided).status_code == 303
    reading = {"do": "read", "reason": MARKER, "version": "0"}
    assert ada.browse("POST", "/n/lake/desk/1/reading", data=reading).status_code == 303


def test_a_draft_does_not_exist_for_others(filled: Lake, subtests: pytest.Subtests) -> None:
    others = [filled.stranger, filled.vic]
    assert filled.root.patch("/negotiations/lake", {"review": True}).status == 200
    release = {"number": "1", "title": "First", "changelog": "Begun"}
    assert filled.root.browse("POST", "/n/lake/releases/new", data=release).status_code == 303
    asked = addresses(filled)
    before = {(d.name, a): read(d, a) for d in others for a in asked}
    mine = filled.ada.get(f"/positions/{POSITION}")
    entries = filled.stranger.known_now()
    work_in_private(filled)
    assert filled.ada.get(f"/positions/{POSITION}").meta["revision"] > mine.meta["revision"]
    asked += [
        f"{a}{'&' if '?' in a else '?'}known_at={entries}" for a in ("/n/lake", "/api/v1/changes")
    ]
    for desk in others:
        for address in asked:
            with subtests.test(f"{desk.name} {address}"):
                after = read(desk, address)
                said = "\n".join(line.decode(errors="replace") for line in after[2])
                assert MARKER not in re.sub(ECHOED, "", said)
                if (desk.name, address) in before:
                    was = before[desk.name, address]
                    assert after[:2] == was[:2]
                    assert [
                        pair for pair in zip(was[2], after[2], strict=True) if pair[0] != pair[1]
                    ] == []
        of_the_draft = VALUES | {"position_id": DRAFT, "quote_id": 2, "speaker_id": 3}
        for method, path in routes(filled.app):
            named = {"position_id", "quote_id", "speaker_id"} & set(re.findall(r"\{(\w+)", path))
            if method == "GET" and named:
                address = fill(path, of_the_draft)
                got = look(desk, address)
                with subtests.test(f"{desk.name} {address}"):
                    door = RIGHTS[f"GET {path}"]
                    assert (
                        got.status_code == 404
                        if desk.name in ROLES[door]
                        else got.status_code in (303, 401, 403)
                    )


def test_the_instants_of_drafts_tell_nothing(filled: Lake) -> None:
    known = filled.stranger.get("/negotiations/lake")
    drafted = filled.ada.draft()
    later = filled.ada.draft()["recorded_at"]
    for desk in (filled.stranger, filled.vic):
        for path in (
            "/negotiations/lake",
            "/negotiations/lake/matrix",
            "/positions",
            "/changes",
            "/search?q=forty",
        ):
            address = f"/api/v1{path}{'&' if '?' in path else '?'}known_at={drafted['recorded_at']}"
            assert look(desk, address).json()["meta"]["revision"] == known.meta["revision"], path
        assert desk.get("/negotiations/lake").meta["known_at"] == known.meta["known_at"]
    assert (
        filled.ada.get("/positions", status="draft", known_at=drafted["recorded_at"]).data[0]["id"]
        == drafted["id"]
    )
    assert filled.ada.get("/positions", status="draft").meta["known_at"] == later


def test_what_was_before_the_first_publication_stays_hidden(filled: Lake) -> None:
    number = filled.ada.draft(summary=f"{MARKER} one")["id"]
    filled.ada.correct(number, summary=f"{MARKER} two")
    before = filled.ada.known_now()
    filled.ada.correct(number, summary="three", status="published")
    for desk in (filled.stranger, filled.vic):
        assert [v["version"] for v in desk.get(f"/positions/{number}/versions").data] == [3]
        for version in (1, 2):
            assert desk.get(f"/positions/{number}/versions/{version}").status == 404
            assert desk.page(f"/positions/{number}/versions/{version}").status_code == 404
        assert desk.get(f"/positions/{number}", known_at=before).status == 404
        assert MARKER not in desk.page(f"/positions/{number}").text
        assert MARKER not in desk.page(f"/positions/{number}/versions/3").text
        assert MARKER not in desk.page("/api/v1/changes").text
    assert [v["version"] for v in filled.ada.get(f"/positions/{number}/versions").data] == [1, 2, 3]


@pytest.mark.parametrize("status", ["draft", "published", "retracted"])
def test_only_editors_ask_by_status(filled: Lake, status: str) -> None:
    filled.ada.draft()
    got = {
        name: filled.desks[name].get("/positions", status=status)
        for name in ("stranger", "vic", "ada", "root")
    }
    assert [got[name].status for name in got] == [401, 403, 200, 200]
    assert all(p["status"] == status for p in got["ada"].data)
    assert len(filled.ada.get("/positions").data) == 1


# --- 16: reading changes nothing ------------------------------------------------------------------


def digest(connection: psycopg.Connection) -> dict[str, str]:
    """Return a checksum of every row of every table."""
    tables = connection.execute(
        "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
    ).fetchall()
    made = {}
    for (table,) in tables:
        rows = connection.execute(
            sql.SQL("SELECT t::text FROM {} t ORDER BY 1").format(sql.Identifier(table))
        )
        made[table] = hashlib.sha256("\n".join(row[0] for row in rows).encode()).hexdigest()
    return made


def test_reading_changes_nothing(filled: Lake) -> None:
    filled.ada.draft()
    with connect(filled.database.owner_url) as connection:
        before = digest(connection)
        for address in addresses(filled):
            assert look(filled.root, address).status_code < 500, address
        assert digest(connection) == before
