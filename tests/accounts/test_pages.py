"""Test signing in and out on pages, and the rights of roles and tokens.

Strangers learn nothing.
"""

import re
import statistics
import time
from datetime import timedelta
from http.cookies import SimpleCookie

import psycopg
import pytest
import time_machine
from fastapi import FastAPI
from hypothesis import given
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode
from starlette.testclient import TestClient

from app.accounts.dependencies import Admin, Anyone, Editor
from app.accounts.pages import safe_next
from app.accounts.passwords import make_hash
from app.core import clock
from app.db.engine import plain_url
from app.embedded_postgres.server import Server
from app.settings import Settings
from tests.accounts.make import ACCOUNTS, PASSWORD, SAME_ORIGIN, browser
from tests.support.applications import application
from tests.support.desks import tokens
from tests.support.worlds import World, connect, run

__all__ = ["tokens"]

ADMIN_PATHS = [
    "",
    "/1/role",
    "/1/disable",
    "/1/enable",
    "/1/link",
    "/999999/disable",
    "/99999999999999999999/disable",
]


@pytest.fixture
def app(app: FastAPI) -> FastAPI:
    """Return the real application, with routes that say who is signed in."""

    async def anyone(viewer: Anyone) -> str | None:
        return viewer and viewer.name

    async def editor(viewer: Editor, number: int) -> str:
        return viewer.name

    async def admin(viewer: Admin) -> str:
        return viewer.name

    for path, answer in (("/probe", anyone), ("/api/probe", anyone), ("/probe/admin", admin)):
        app.router.add_api_route(path, answer, methods=["GET", "POST"])
    app.router.add_api_route("/api/probe/editor/{number}", editor, methods=["GET", "POST"])
    return app


@pytest.fixture
def world() -> World:
    """Fill the database with an account of each role, with the role as its name."""
    return ACCOUNTS


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def text(page: str, selector: str) -> str:
    found = LexborHTMLParser(page).css_first(selector)
    assert found is not None, selector
    return found.text(strip=True)


def test_a_sign_in_ends_with_the_next_one_and_with_signing_out(
    app: FastAPI, tokens: dict[str, str]
) -> None:
    somebody = browser(app, "editor")
    first = somebody.cookies["parley_session"]
    somebody.post("/login", data={"name": "editor", "password": PASSWORD})
    second = somebody.cookies["parley_session"]
    assert first != second
    assert somebody.get("/probe").json() == "editor"
    assert somebody.post("/logout").status_code == 303
    for cookie in (first, second):
        assert (
            browser(app).get("/probe", headers={"Cookie": f"parley_session={cookie}"}).json()
            is None
        )


@pytest.mark.parametrize("secure", [False, True])
def test_cookies_are_kept_from_scripts_and_other_sites(
    database: Server, tokens: dict[str, str], secure: bool
) -> None:
    settings = Settings(hosts=("testserver",), secure=secure, unsafe_database=True)
    base = f"{'https' if secure else 'http'}://testserver"
    with (
        application(settings, database.url) as served,
        TestClient(served, base_url=base, follow_redirects=False) as somebody,
    ):
        answer = somebody.post("/login", data={"name": "editor", "password": PASSWORD})
        ended = somebody.post("/logout", headers=SAME_ORIGIN)
    sent = [*answer.headers.get_list("set-cookie"), *ended.headers.get_list("set-cookie")]
    assert len(sent) == 3
    for header in sent:
        [(name, morsel)] = SimpleCookie(header).items()
        assert name.startswith("__Host-parley_") is secure
        assert (bool(morsel["secure"]), bool(morsel["httponly"])) == (secure, True)
        assert (morsel["samesite"].lower(), morsel["path"], morsel["domain"]) == ("lax", "/", "")


ELSEWHERE = [
    "//h", "///h", "/\\h", "\\\\h", "/\t/h", "/\n/h", "\n//h", " //h", "https:h", "https://h",
    "http:/h", "javascript:x", "data:,x", "h", "", "/a\r\nSet-Cookie: x=y", "/a\x00", "/\x7f/h",
    "?x", "/a b",
]  # fmt: skip


def test_signing_in_leads_nowhere_else(app: FastAPI, tokens: dict[str, str]) -> None:
    somebody = browser(app)
    for address in ELSEWHERE:
        answer = somebody.post(
            "/login", data={"name": "editor", "password": PASSWORD, "next": address}
        )
        assert (answer.status_code, answer.headers["location"]) == (303, "/"), address
        assert "x" not in answer.cookies
        again = somebody.get("/login", params={"next": address})
        assert (again.status_code, again.headers["location"]) == (303, "/"), address


@given(st.text(max_size=30) | st.from_regex(r"[/\\.:@h\s]{0,8}", fullmatch=True))
def test_what_comes_after_signing_in_is_here(address: str) -> None:
    assert (
        re.fullmatch(r"/(?![/\\])[^\s\\\x00-\x20\x7f]*", safe_next(address))
        or not address.isascii()
    )
    assert safe_next("/n/x?as_of=2025-03#y") == "/n/x?as_of=2025-03#y"


def test_a_wrong_password_looks_like_nobody(app: FastAPI, tokens: dict[str, str]) -> None:
    somebody = browser(app)
    answers = [
        somebody.post("/login", data={"name": name, "password": "wrong password"})
        for name in ("editor", "nobody")
    ]
    first, second = answers
    assert first.status_code == second.status_code == 422
    assert first.text.replace("editor", "nobody") == second.text
    assert set(first.headers) == set(second.headers)
    assert len(first.content) == len(second.content)
    assert "set-cookie" not in first.headers
    assert "wrong password" not in first.text
    assert text(first.text, "title").startswith("Error: ")


@pytest.mark.usefixtures("costly_passwords")
def test_a_wrong_password_takes_as_long_as_nobody(app: FastAPI, database: Server) -> None:
    made = make_hash(PASSWORD)  # the accounts of the world have cheap ones
    with connect(database.owner_url) as connection:
        connection.execute("UPDATE account SET password_hash = %s", [run(made)])
    took: dict[str, list[float]] = {"editor": [], "nobody": []}
    with browser(app) as somebody:
        for n in range(9):
            for name, times in took.items():
                data = {
                    "name": name if name == "editor" else f"nobody{n}",
                    "password": "wrong password",
                }
                # A new address each time, since tries are counted.
                somebody._transport.client = (f"192.0.2.{n}", 5000)
                # CPU time, to which other processes add nothing.
                started = time.process_time()
                assert somebody.post("/login", data=data).status_code == 422
                times.append(time.process_time() - started)
    medians = [statistics.median(times) for times in took.values()]
    # Without hashing for unknown names too, one would take a tenth of the other.
    assert min(medians) > 0.6 * max(medians)


def test_failures_close_one_name_from_one_address_only(
    app: FastAPI, tokens: dict[str, str]
) -> None:
    at_home = browser(app, "editor", "192.0.2.7")
    at_home.post("/logout")
    attacker = browser(app, address="192.0.2.1")
    wrong, right = ({"name": "Editor", "password": word} for word in ("wrong password", PASSWORD))

    statuses = [attacker.post("/login", data=wrong).status_code for _ in range(30)]

    assert statuses == [422] * 10 + [429] * 20
    refused = attacker.post("/login", data=right)
    assert refused.status_code == 429
    assert 1 <= int(refused.headers["retry-after"]) <= 300
    forged = attacker.post(
        "/login", data=right, headers={"X-Forwarded-For": "203.0.113.5", "Forwarded": "for=1.2.3.4"}
    )
    assert forged.status_code == 429
    assert attacker.post("/login", data={"name": "admin", "password": PASSWORD}).status_code == 303
    assert browser(app, "editor", "192.0.2.2").get("/probe").json() == "editor"
    assert at_home.post("/login", data=right).status_code == 303


def test_a_browser_that_was_here_before_gets_past_a_full_count(
    app: FastAPI, tokens: dict[str, str]
) -> None:
    known = browser(app, "editor", "192.0.2.1")
    known.post("/logout")
    neighbour = browser(app, address="192.0.2.1")
    for _ in range(11):
        neighbour.post("/login", data={"name": "editor", "password": "wrong password"})
    assert (
        neighbour.post("/login", data={"name": "editor", "password": PASSWORD}).status_code == 429
    )
    assert known.post("/login", data={"name": "editor", "password": PASSWORD}).status_code == 303


def test_sessions_end_by_the_clock(app: FastAPI, tokens: dict[str, str]) -> None:
    start = clock.now()
    with time_machine.travel(start, tick=False) as traveller:
        somebody = browser(app, "editor")
        cookie = {"Cookie": f"parley_session={somebody.cookies['parley_session']}"}
        stranger = browser(app)
        for hours, name in ((71, "editor"), (140, "editor"), (211, "editor"), (284, None)):
            traveller.move_to(start + timedelta(hours=hours))
            assert stranger.get("/probe", headers=cookie).json() == name


def test_a_one_time_link_is_only_used_by_its_button(
    app: FastAPI, database: Server, tokens: dict[str, str]
) -> None:
    made = browser(app, "admin").post("/admin/users", data={"name": "grace", "role": "editor"})
    link = text(made.text, "#new-link")
    assert link.startswith("http://testserver/login?link=")
    somebody = browser(app)
    for _ in range(2):
        shown = LexborHTMLParser(somebody.get(link).text)
        assert "grace" in shown.css_first("h1").text()
    form = shown.css_first("main form")
    assert (form.attributes["action"], form.attributes["method"]) == ("/login", "post")
    fields = {field.attributes["name"]: field.attributes["value"] for field in form.css("input")}
    assert somebody.post("/login", data=fields).status_code == 303
    assert somebody.get("/probe").json() == "grace"
    again = browser(app).post("/login", data=fields)
    assert again.status_code == 422
    assert "set-cookie" not in again.headers
    assert "used or has expired" in browser(app).get(link).text


def test_wrong_tokens_are_refused_and_never_nobody(app: FastAPI, tokens: dict[str, str]) -> None:
    stranger = browser(app)
    for token in (
        "x",
        "",
        "parley_" + "x" * 43,
        tokens["editor"][:-1],
        tokens["editor"] + "x",
        "\xff",
    ):
        for path in ("/api/probe", "/probe", "/api/probe/editor/1"):
            answer = stranger.get(
                path, headers={"Authorization": f"Bearer {token}".encode("latin-1")}
            )
            assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "Bearer")
    assert stranger.get("/api/probe", headers=bearer(tokens["editor"])).json() == "editor"
    assert stranger.get("/api/probe", headers={"Authorization": "Basic eDp5"}).json() is None
    refused = stranger.get("/api/probe", headers=bearer("x"))
    assert refused.headers["content-type"] == "application/problem+json"


def test_a_cookie_does_not_write_through_the_api(app: FastAPI, tokens: dict[str, str]) -> None:
    somebody = browser(app, "editor")
    assert somebody.post("/api/probe/editor/1").status_code == 401
    assert somebody.get("/api/probe").json() is None
    assert somebody.post("/api/probe/editor/1", headers=bearer(tokens["editor"])).status_code == 200


def test_rights_come_before_whether_it_exists(app: FastAPI, tokens: dict[str, str]) -> None:
    for role, status in ((None, 401), ("viewer", 403), ("editor", 404), ("admin", 404)):
        headers = bearer(tokens[role]) if role else {}
        for method in ("GET", "POST"):
            answer = browser(app).request(method, "/api/probe/editor/none", headers=headers)
            assert answer.status_code == status, (role, method)


def test_only_admins_manage_accounts(app: FastAPI, tokens: dict[str, str]) -> None:
    stranger = browser(app)
    within = {role: browser(app, role) for role in tokens}
    for path in [f"/admin/users{below}" for below in ADMIN_PATHS]:
        assert stranger.post(path).status_code == 401
        for role in ("proposer", "viewer", "editor"):
            for answer in (
                within[role].post(path),
                stranger.post(path, headers=bearer(tokens[role])),
            ):
                assert answer.status_code == 403, (role, path)
        assert stranger.post(path, headers=bearer(tokens["admin"])).status_code in (403, 404), (
            "tokens do not, nor there"
        )
    reading = {role: one.get("/admin/users").status_code for role, one in within.items()}
    assert reading == {"proposer": 403, "viewer": 403, "editor": 403, "admin": 200}
    assert stranger.get("/admin/users").headers["location"] == "/login?next=/admin/users"


def test_an_admin_adds_changes_and_disables_accounts(app: FastAPI, tokens: dict[str, str]) -> None:
    admin = browser(app, "admin")

    def number(name: str) -> str:
        page = LexborHTMLParser(admin.get("/admin/users").text)
        [row] = [row for row in page.css(".rows > li") if row.css_first("h2").text() == name]
        return re.findall(r"\d+", str(forms(row)[0].attributes["action"]))[0] if forms(row) else ""

    def forms(row: LexborNode) -> list[LexborNode]:
        return row.css("form")

    assert (
        admin.post(
            "/admin/users", data={"name": "grace", "role": "editor", "password": PASSWORD}
        ).status_code
        == 303
    )
    taken = admin.post(
        "/admin/users", data={"name": "GRACE", "role": "editor", "password": PASSWORD}
    )
    weak = admin.post(
        "/admin/users", data={"name": "hedy", "role": "editor", "password": "password"}
    )
    odd = admin.post("/admin/users", data={"name": "hedy", "role": "owner", "password": PASSWORD})
    assert (taken.status_code, weak.status_code, odd.status_code) == (409, 422, 422)
    assert "hedy" in str(LexborHTMLParser(weak.text).css_first("#field-name").attributes["value"])

    grace, hers = browser(app, "grace"), f"/admin/users/{number('grace')}"
    assert grace.get("/probe/admin", headers={"Accept": "application/json"}).status_code == 403
    assert admin.post(f"{hers}/role", data={"role": "admin"}).status_code == 303
    assert grace.get("/probe/admin").json() == "grace"
    admin.post(f"{hers}/disable")
    assert grace.get("/probe").json() is None
    assert (
        browser(app).post("/login", data={"name": "grace", "password": PASSWORD}).status_code == 422
    )
    admin.post(f"{hers}/enable")
    assert browser(app, "grace").get("/probe").json() == "grace"
    assert number("admin") == "", "nobody disables themselves"
    events = text(admin.get("/admin/users").text, "table.list tbody")
    for what in ("added", "role changed", "disabled", "enabled"):
        assert what in events


def test_a_token_is_shown_once_and_ends_when_revoked(app: FastAPI, tokens: dict[str, str]) -> None:
    somebody = browser(app, "viewer")
    made = somebody.post("/account/tokens", data={"label": "<b>mine", "days": "30"})
    token = text(made.text, "#new-token")
    page = somebody.get("/account").text
    assert token not in page
    assert token[:12] in page
    assert "<b>mine" not in page
    assert somebody.get("/api/probe", headers=bearer(token)).json() == "viewer"
    assert somebody.get("/account", headers=bearer(token)).status_code == 403, (
        "a token does not make tokens"
    )
    [revoke] = [
        form.attributes["action"] or ""
        for form in LexborHTMLParser(page).css("form[action$=revoke]")
        if "mine" in form.text()
    ]
    assert browser(app, "editor").post(revoke).status_code == 404
    assert somebody.post(revoke).status_code == 303
    assert somebody.get("/api/probe", headers=bearer(token)).status_code == 401


def test_an_unfit_token_is_explained(app: FastAPI, tokens: dict[str, str]) -> None:
    somebody = browser(app, "viewer")
    for label, days, role, field in (
        ("", "9", "", "label"),
        ("a\x00", "9", "", "label"),
        ("a", "x", "", "days"),
        ("a", "0", "", "days"),
        ("a", "٣", "", "days"),
        ("a", "9", "owner", "role"),
    ):
        answer = somebody.post("/account/tokens", data={"label": label, "days": days, "role": role})
        assert answer.status_code == 422
        page = LexborHTMLParser(answer.text)
        assert page.css_first(f".problem a[href='#field-{field}']") is not None
        assert page.css_first("#field-days").attributes["value"] == days
        assert page.css_first("#new-token") is None


def test_a_new_password_ends_the_other_browser_and_the_token(
    app: FastAPI, tokens: dict[str, str]
) -> None:
    here, there = browser(app, "editor"), browser(app, "editor")
    new = "another horse battery"
    wrong = here.post("/account/password", data={"current": "wrong password", "password": new})
    weak = here.post("/account/password", data={"current": PASSWORD, "password": "password"})
    assert wrong.status_code == weak.status_code == 422
    assert there.get("/probe").json() == "editor"

    assert (
        here.post("/account/password", data={"current": PASSWORD, "password": new}).status_code
        == 200
    )
    assert here.get("/probe").json() == "editor"
    assert there.get("/probe").json() is None
    assert here.get("/api/probe", headers=bearer(tokens["editor"])).status_code == 401
    assert browser(app, "editor", password=new).get("/probe").json() == "editor"


def test_the_current_password_cannot_be_guessed_from_inside(
    app: FastAPI, tokens: dict[str, str]
) -> None:
    somebody = browser(app, "editor")
    sent = {"current": "wrong password", "password": "another horse battery"}
    assert [somebody.post("/account/password", data=sent).status_code for _ in range(11)] == [
        422
    ] * 10 + [429]


def test_other_sign_ins_are_listed_and_ended(app: FastAPI, tokens: dict[str, str]) -> None:
    here, there, further = (browser(app, "editor") for _ in range(3))
    ends = LexborHTMLParser(here.get("/account").text).css("form[action$='/end']")
    assert len(ends) == 2
    assert browser(app, "viewer").post(str(ends[0].attributes["action"])).status_code == 404
    assert here.post(str(ends[0].attributes["action"])).status_code == 303
    assert sum(one.get("/probe").json() is None for one in (there, further)) == 1
    here.post("/account/sign-ins/end-others")
    assert [one.get("/probe").json() for one in (here, there, further)] == ["editor", None, None]


def test_reading_changes_nothing(app: FastAPI, database: Server, tokens: dict[str, str]) -> None:
    somebody = browser(app, "admin")

    def digest() -> list[tuple[object, ...]]:
        with psycopg.connect(plain_url(database.owner_url)) as connection:
            tables = connection.execute(
                "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
            )
            return [
                (name, *rows)
                for (name,) in tables.fetchall()
                for rows in connection.execute(
                    f'SELECT t::text FROM "{name}" t ORDER BY 1'
                ).fetchall()
            ]

    before = digest()
    for path in ("/login", "/login?link=x", "/account", "/admin/users", "/logout", "/probe"):
        somebody.get(path)
        somebody.get(path, headers=bearer(tokens["editor"]))
    assert digest() == before


def test_pages_of_accounts_are_kept_by_no_cache(app: FastAPI, tokens: dict[str, str]) -> None:
    admin = browser(app, "admin")
    for path in ("/login", "/account", "/admin/users"):
        answer = admin.get(path)
        assert answer.headers["cache-control"] == "private, no-store"
        assert "Cookie" in answer.headers["vary"]
        forms = LexborHTMLParser(answer.text).css("main form")
        assert all(form.attributes["method"] == "post" for form in forms)
