"""Test signing in by an OpenID provider, with two real ones that run here.

One is a package of PyPI; the other is our own and lies when it is told to.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx2
import oidc_provider_mock
import pytest
import time_machine
from fastapi import FastAPI
from pydantic import SecretStr, ValidationError
from selectolax.lexbor import LexborHTMLParser
from starlette.testclient import TestClient

from app.embedded_postgres.server import Server
from app.main import create_app
from app.settings import Settings
from tests.accounts.make import ACCOUNTS, PASSWORD, browser
from tests.support.applications import application
from tests.support.provider import CLIENT, SECRET, Provider, running
from tests.support.worlds import World, connect

HOSTS = ("testserver", "127.0.0.1", "localhost")
JSON = {"Accept": "application/json"}
# Without certificates, which take longer to read than the request itself.
OUTSIDE = httpx2.Client(verify=False)


@pytest.fixture(scope="module")
def running_provider() -> Iterator[Provider]:
    """Run our provider for all tests of this file."""
    with running() as provider:
        yield provider


@pytest.fixture
def provider(running_provider: Provider) -> Provider:
    """Reset the provider: it tells the truth, and has no requests recorded."""
    new = Provider(running_provider.issuer, running_provider.key)
    running_provider.__dict__ |= {k: v for k, v in new.__dict__.items() if k != "sign"}
    running_provider.sign = running_provider.signed
    return running_provider


def settings_for(issuer: str, **more: Any) -> Settings:
    ours = {
        "oidc_client_id": CLIENT,
        "oidc_client_secret": SecretStr(SECRET),
        "oidc_name": "Basin Cloud",
    }
    return Settings(hosts=HOSTS, unsafe_database=True, oidc_issuer=issuer, **{**ours, **more})


@pytest.fixture
def world() -> World:
    """Fill the database with an account of each role."""
    return ACCOUNTS


@pytest.fixture
def app(database: Server, provider: Provider) -> Iterator[FastAPI]:
    """Return the application with the provider configured."""
    with application(settings_for(provider.issuer), database.url) as made:
        yield made


def who(somebody: TestClient) -> str | None:
    found = LexborHTMLParser(somebody.get("/account").text).css_first("h1")
    return found.text() if found else None


def onward(answer: httpx2.Response) -> str:
    """Return the address to which a browser is redirected."""
    assert answer.status_code == 200, answer.text
    link = LexborHTMLParser(answer.text).css_first("#onward").attributes["href"]
    assert answer.headers["refresh"] == f"0; url={link}"
    assert "no-store" in answer.headers["cache-control"]
    return str(link)


def back(address: str) -> str:
    """Return the path here to which the provider redirects a browser that opens an address."""
    parts = urlsplit(OUTSIDE.get(address).headers["location"])
    assert (parts.netloc, parts.path) == ("testserver", "/login/oidc/callback")
    return f"{parts.path}?{parts.query}"


def link(app: FastAPI, name: str = "editor", password: str = PASSWORD) -> httpx2.Response:
    somebody = browser(app, name)
    return somebody.get(back(onward(somebody.post("/account/oidc", data={"current": password}))))


def enter(somebody: TestClient, next: str = "/") -> httpx2.Response:
    return somebody.get(back(onward(somebody.post("/login/oidc", data={"next": next}))))


def refused(answer: httpx2.Response, somebody: TestClient, words: str, status: int = 422) -> bool:
    """Tell whether this is the sign-in page with these words, nobody signed in, and no details."""
    page = LexborHTMLParser(answer.text)
    assert (answer.status_code, page.css_first("h1").text()) == (status, "Sign in"), answer.text
    said = page.css_first(".problem a[href='#field-oidc']").text()
    assert words in said, said
    assert page.css_first("#field-oidc") is not None
    assert "session" not in str(answer.headers.get_list("set-cookie"))
    for secret in (SECRET, "Traceback", "joserfc", "id_token"):
        assert secret not in answer.text
    return who(somebody) is None or who(somebody) == "Sign in"


NOT_LINKED, NO, OVER = (
    "No account here is linked",
    "did not work",
    "was not started in this browser",
)


def test_the_owner_links_an_account_and_signs_in_by_it(app: FastAPI, provider: Provider) -> None:
    assert (link(app).status_code, link(app, "viewer").status_code) == (303, 409), (
        "one person, one account"
    )
    somebody = browser(app)
    shown = LexborHTMLParser(somebody.get("/login?next=/n/x").text)
    assert shown.css_first("#field-oidc").text() == "Sign in with Basin Cloud"
    answer = enter(somebody, "/search?q=dam")
    assert (answer.status_code, answer.headers["location"]) == (303, "/search?q=dam")
    cookies = answer.headers.get_list("set-cookie")
    assert all("HttpOnly" in one and "SameSite=lax" in one and "Path=/" in one for one in cookies)
    assert who(somebody) == "editor"
    assert provider.subject in somebody.get("/account").text
    assert set(provider.asked) == {
        "/.well-known/openid-configuration",
        "/authorize",
        "/token",
        "/keys",
    }
    events = browser(app, "admin").get("/admin/users").text
    assert "linked" in events and "OpenID Connect" in events

    assert somebody.post("/account/oidc/unlink").status_code == 303
    again = browser(app)
    assert refused(enter(again), again, NOT_LINKED)


def test_a_provider_of_others_is_understood(database: Server) -> None:
    with (
        oidc_provider_mock.run_server_in_thread() as server,
        application(settings_for(f"http://localhost:{server.server_port}"), database.url) as app,
    ):

        def through(somebody: TestClient, path: str, **data: str) -> httpx2.Response:
            answer = OUTSIDE.post(
                onward(somebody.post(path, data=data)), data={"sub": "mira@basin.example"}
            )
            parts = urlsplit(answer.headers["location"])
            return somebody.get(f"{parts.path}?{parts.query}")

        assert through(browser(app, "editor"), "/account/oidc", current=PASSWORD).status_code == 303
        somebody = browser(app)
        assert through(somebody, "/login/oidc").status_code == 303
        assert who(somebody) == "editor"


def lie(**claims: Any) -> Any:
    return lambda told: told.update(claims)


def without(name: str) -> Any:
    return lambda told: told.pop(name)


LIES = [
    lie(nonce="another"),
    without("nonce"),
    lie(exp=1_000_000_000),
    without("exp"),
    lie(iat=33_000_000_000),
    lie(nbf=33_000_000_000),
    lie(aud="another"),
    lie(aud=[CLIENT, "another"]),
    lie(aud=[CLIENT, "another"], azp="another"),
    lie(azp="another"),
    lie(aud=[]),
    without("aud"),
    lie(iss="https://another.example"),
    without("iss"),
    without("sub"),
    lie(sub=""),
    lie(sub=7),
    lie(sub="u-1\0"),
    lie(sub="x" * 256),
    lie(at_hash="another"),
]


def test_an_id_token_that_does_not_hold_signs_nobody_in(
    app: FastAPI, provider: Provider, subtests: pytest.Subtests
) -> None:
    link(app)
    for n, told in enumerate(LIES):
        with subtests.test(lie=n):
            somebody, provider.lie = browser(app), told
            assert refused(enter(somebody), somebody, NO)


def test_an_id_token_that_the_provider_did_not_sign_signs_nobody_in(
    app: FastAPI, provider: Provider, subtests: pytest.Subtests
) -> None:
    link(app)
    for way in ("signed_by_another", "signed_by_the_shared_secret", "unsigned"):
        with subtests.test(way):
            somebody, provider.sign = browser(app), getattr(provider, way)
            assert refused(enter(somebody), somebody, NO)


def test_no_id_token_or_none_that_can_be_read(app: FastAPI, provider: Provider) -> None:
    link(app)
    for text in ("", "a.b.c", "e30.e30.", "é", "[" * 5000):
        somebody = browser(app)
        provider.sign = lambda claims, text=text: text
        assert refused(enter(somebody), somebody, NO)


def test_a_token_expires_by_our_clock(app: FastAPI, provider: Provider) -> None:
    link(app)
    somebody = browser(app)
    address = back(onward(somebody.post("/login/oidc")))
    provider.lie = lambda claims: claims.update(exp=claims["iat"] + 60)
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=3), tick=True):
        provider.lie = lambda claims: claims.update(
            iat=claims["iat"] - 180, exp=claims["iat"] - 120
        )
        assert refused(somebody.get(address), somebody, NO)


def test_a_state_that_is_not_this_browsers(app: FastAPI, provider: Provider) -> None:
    link(app)
    mine, other = browser(app), browser(app)
    address = back(onward(mine.post("/login/oidc")))
    other.post("/login/oidc")
    provider.asked.clear()
    for somebody, sent in (
        # No sign-in was begun in this browser: an attack that signs its user in as somebody else.
        (browser(app), address),
        (other, address),
        (mine, re.sub("state=[^&]+", "state=another", address)),
        (mine, re.sub("state=[^&]+", "", address)),
        (mine, "/login/oidc/callback"),
    ):
        assert refused(somebody.get(sent), somebody, OVER)
    assert provider.asked == [], "nothing is asked for strangers"
    assert mine.get(address).status_code == 303, "and mine is still good"


def test_nothing_can_be_used_twice(app: FastAPI, provider: Provider) -> None:
    link(app)
    somebody = browser(app)
    going = somebody.post("/login/oidc")
    trip = somebody.cookies["parley_trip"]
    address = back(onward(going))
    assert somebody.get(address).status_code == 303
    assert "parley_trip" not in somebody.cookies
    thief = browser(app)
    thief.cookies.set("parley_trip", trip)
    assert refused(thief.get(address), thief, OVER), "the whole way back, replayed"
    onward(thief.post("/login/oidc"))
    state = parse_qs(urlsplit(back(onward(thief.post("/login/oidc")))).query)["state"][0]
    code = parse_qs(urlsplit(address).query)["code"][0]
    assert refused(thief.get(f"/login/oidc/callback?state={state}&code={code}"), thief, NO), (
        "its code alone"
    )


def test_a_code_of_another_browser_is_of_no_use(app: FastAPI, provider: Provider) -> None:
    """PKCE and the nonce bind a code to the sign-in for which it was requested."""
    link(app)
    victim, thief = browser(app), browser(app)
    code = parse_qs(urlsplit(back(onward(victim.post("/login/oidc")))).query)["code"][0]
    state = parse_qs(urlsplit(onward(thief.post("/login/oidc"))).query)["state"][0]
    assert refused(thief.get(f"/login/oidc/callback?state={state}&code={code}"), thief, NO)


def test_a_trip_takes_ten_minutes_at_most(app: FastAPI, provider: Provider) -> None:
    link(app)
    somebody = browser(app)
    address, trip = back(onward(somebody.post("/login/oidc"))), somebody.cookies["parley_trip"]
    with time_machine.travel(datetime.now(UTC) + timedelta(minutes=11), tick=True):
        assert refused(
            somebody.get(address, headers={"Cookie": f"parley_trip={trip}"}), somebody, OVER
        )


def test_a_disabled_account_stays_out_and_strangers_learn_nothing_of_it(
    app: FastAPI, provider: Provider, database: Server
) -> None:
    link(app)
    with connect(database.owner_url) as connection:
        connection.execute("UPDATE account SET disabled_at = now() WHERE name = 'editor'")
    somebody, stranger = browser(app), browser(app)
    assert refused(disabled := enter(somebody), somebody, NOT_LINKED)
    provider.subject = "u-2"
    assert refused(unknown := enter(stranger), stranger, NOT_LINKED)
    assert disabled.text == unknown.text


def test_nobody_is_sent_elsewhere_afterwards(app: FastAPI, provider: Provider) -> None:
    link(app)
    for next in (
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "javascript:x",
        "/a\r\nb",
    ):
        assert enter(browser(app), next).headers["location"] == "/", next


def test_being_turned_away_there_is_said(app: FastAPI, provider: Provider) -> None:
    provider.denies = True
    somebody = browser(app)
    assert refused(enter(somebody), somebody, "without signing you in")


ODDITIES = [
    lie(issuer="https://another.example"),
    lie(authorization_endpoint="javascript:alert(1)"),
    lie(token_endpoint="http://192.0.2.1/token"),
    lie(jwks_uri=7),
    without("jwks_uri"),
    lie(padding="x" * 2_000_000),
]


def test_a_provider_that_describes_itself_oddly_is_not_asked(
    app: FastAPI, provider: Provider, subtests: pytest.Subtests
) -> None:
    for n, told in enumerate(ODDITIES):
        with subtests.test(oddity=n):
            provider.asked.clear()
            somebody, provider.describe = browser(app), told
            assert refused(somebody.post("/login/oidc"), somebody, NO)
            assert set(provider.asked) == {"/.well-known/openid-configuration"}


def test_a_provider_that_names_itself_must_do_so(app: FastAPI, provider: Provider) -> None:
    link(app)
    provider.describe = lie(authorization_response_iss_parameter_supported=True)
    for named, status in (
        ("", 422),
        ("&iss=https://another.example", 422),
        (f"&iss={provider.issuer}", 303),
    ):
        somebody = browser(app)
        assert (
            somebody.get(back(onward(somebody.post("/login/oidc"))) + named).status_code == status
        )


def test_a_provider_that_is_away(database: Server) -> None:
    with application(settings_for("http://127.0.0.1:9"), database.url) as app:
        somebody = browser(app)
        answer = somebody.post("/login/oidc")
        assert refused(answer, somebody, "does not answer", 503)
        assert answer.headers["retry-after"]
        linking = browser(app, "editor").post("/account/oidc", data={"current": PASSWORD})
        assert linking.status_code == 503


def test_linking_takes_the_password_and_the_same_browser(app: FastAPI, provider: Provider) -> None:
    assert browser(app).post("/account/oidc", headers=JSON).status_code == 401
    somebody = browser(app, "editor")
    wrong = somebody.post("/account/oidc", data={"current": "wrong password"})
    assert wrong.status_code == 422
    assert LexborHTMLParser(wrong.text).css_first(".problem a[href='#field-link']") is not None

    address = back(onward(somebody.post("/account/oidc", data={"current": PASSWORD})))
    somebody.post("/logout")
    somebody.post("/login", data={"name": "viewer", "password": PASSWORD})
    assert somebody.get(address).status_code == 403
    for name in ("editor", "viewer"):
        assert provider.subject not in browser(app, name).get("/account").text
    assert browser(app, "editor").post("/account/oidc/unlink").status_code == 404


def test_the_sign_in_of_before_ends(app: FastAPI, provider: Provider) -> None:
    link(app)
    somebody = browser(app, "viewer")
    old = somebody.cookies["parley_session"]
    assert enter(somebody).status_code == 303
    assert who(somebody) == "editor"
    assert (
        browser(app).get("/account", headers={"Cookie": f"parley_session={old}"}).status_code == 303
    )


def test_other_sites_start_nothing(app: FastAPI, provider: Provider) -> None:
    stranger = TestClient(app, follow_redirects=False)
    assert stranger.post("/login/oidc", headers={"Sec-Fetch-Site": "cross-site"}).status_code == 403
    assert stranger.get("/login/oidc").status_code == 405
    assert provider.asked == []


def test_it_is_tried_only_so_often(app: FastAPI, provider: Provider) -> None:
    somebody = browser(app)
    assert [somebody.post("/login/oidc").status_code for _ in range(31)] == [200] * 30 + [429]
    assert browser(app, address="192.0.2.1").post("/login/oidc").status_code == 200


def test_over_tls_the_cookie_and_the_way_back_are_bound_to_it(
    database: Server, provider: Provider
) -> None:
    app = create_app(settings_for(provider.issuer, secure=True), database.url)
    answer = browser(app).post("/login/oidc")
    [cookie] = answer.headers.get_list("set-cookie")
    assert cookie.startswith("__Host-parley_trip=") and "Secure" in cookie and "HttpOnly" in cookie
    asked = parse_qs(urlsplit(onward(answer)).query)
    assert asked["redirect_uri"] == ["https://testserver/login/oidc/callback"]


def test_what_was_typed_is_kept_while_signing_in_in_another_tab(
    app: FastAPI, provider: Provider
) -> None:
    link(app)
    somebody = browser(app)
    page = LexborHTMLParser(
        somebody.post("/login", data={"carry": '{"summary": "forty"}', "next": "/x"}).text
    )
    [there] = page.css("form[action='/login/oidc']")
    assert there.attributes["target"] == "_blank"
    enter(somebody)
    answer = somebody.post("/login", data={"carry": '{"summary": "forty"}', "next": "/x"})
    form = LexborHTMLParser(answer.text).css_first("main form")
    assert (form.attributes["action"], "forty" in form.text()) == ("/x", True)


def test_without_a_provider_there_is_none(database: Server, settings: Settings) -> None:
    with application(settings, database.url) as app:
        somebody = browser(app, "editor")
        assert "oidc" not in browser(app).get("/login").text + somebody.get("/account").text
        answers = [
            somebody.post("/login/oidc"),
            somebody.post("/account/oidc", data={"current": PASSWORD}),
        ]
        answers += [somebody.post("/account/oidc/unlink"), somebody.get("/login/oidc/callback")]
        assert [answer.status_code for answer in answers] == [404] * 4


@pytest.mark.parametrize(
    "issuer",
    [
        "http://login.example",
        "ftp://a",
        "https://",
        "x",
        "https://u:p@a",
        "https://a?b",
        "https://a b",
    ],
)
def test_an_issuer_must_be_safe_to_ask(issuer: str) -> None:
    with pytest.raises(ValidationError):
        settings_for(issuer)


def test_issuer_and_client_go_together() -> None:
    for given in ({"oidc_issuer": "https://a.example"}, {"oidc_client_id": "x"}):
        with pytest.raises(ValidationError):
            Settings(**given)
    assert Settings(oidc_issuer="").oidc_issuer is None
    assert SECRET not in repr(settings_for("https://a.example"))
