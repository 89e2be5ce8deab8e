"""Serve sign-in and account linking through an OpenID provider; 404 if none is configured.

No database connection is held while the provider is asked, since it may take long. The callback is
a GET that writes, as the protocol requires; it does nothing without the cookie and the state of a
sign-in that was begun here by POST.
"""

from datetime import timedelta
from typing import Annotated

from fastapi import Form, Query, Request
from starlette.responses import RedirectResponse, Response

from app.accounts import queries, rate_limit, sign_ins
from app.accounts.account_page import WRONG_PASSWORD, account_page, is_owner, own
from app.accounts.dependencies import get_signed_in, get_viewer, settings_of
from app.accounts.login_response import keep, login_page, safe_next
from app.accounts.oidc import linking
from app.accounts.oidc.provider import Away, Provider, Untrusted, provider_of
from app.core import clock
from app.core.errors import Forbidden, Invalid, NotFound, TooMany, Unavailable
from app.core.logs import log
from app.db.engine import Session, transaction
from app.http.middleware import session_cookie
from app.http.routing import Router
from app.http.templating import page
from app.models.account import Account

router = Router(include_in_schema=False)

Words = Annotated[str, Form()]
Asked = Annotated[str, Query()]
OVER = "This sign-in was not started in this browser, or it has expired. Start again."
UNKNOWN = (
    "No account here is linked to your account there. Sign in another way, then link the two on "
    "your account page. An administrator can create an account and send you a one-time sign-in "
    "link."
)


def _provider(request: Request) -> Provider:
    provider = provider_of(settings_of(request))
    if provider is None:
        raise NotFound("There is nothing at this address.")
    return provider


def trip_cookie(secure: bool) -> str:
    """Return the name of the cookie that holds the secret of a sign-in at the provider."""
    return session_cookie(secure).replace("session", "trip")


def _redirect_uri(request: Request) -> str:
    url = request.url_for("come_back")
    return str(url.replace(scheme="https") if settings_of(request).secure else url)


def _not_now(name: str) -> Unavailable:
    return Unavailable(
        f"{name.capitalize()} does not answer at the moment. Try again, or sign in another way.", 10
    )


def _did_not_work(name: str) -> Invalid:
    return Invalid(f"Signing in with {name} did not work. Start again, or sign in another way.")


async def _send(
    request: Request, provider: Provider, *, to: str, account_id: int | None = None
) -> Response:
    """Return a page that goes to the provider by itself.

    Not a redirect: browsers apply our `form-action` to the redirect of a form.
    """
    now, secret, settings = clock.now(), linking.new_secret(), settings_of(request)
    async with transaction(request.app.state.sessions) as session:
        await rate_limit.take(
            session, rate_limit.of_trips(request.client.host if request.client else ""), now=now
        )
    from app.accounts.oidc import client

    try:
        address = await client.send_to(provider, secret=secret, redirect_uri=_redirect_uri(request))
    except Away as error:
        log.warning("oidc.away", why=str(error))
        raise _not_now(provider.name) from None
    except Untrusted as error:
        log.error("oidc.untrusted", why=str(error))
        raise _did_not_work(provider.name) from None
    async with transaction(request.app.state.sessions) as session:
        await linking.begin_trip(
            session, secret=secret, next=to, account_id=account_id, now=clock.now()
        )
    headers = {"Refresh": f"0; url={address}", "Cache-Control": "no-store"}
    answer = page(
        request, "accounts/onward.html", headers=headers, address=address, name=provider.name
    )
    answer.set_cookie(
        trip_cookie(settings.secure), secret, max_age=int(linking.TRIP.total_seconds()), path="/",
        secure=settings.secure, httponly=True, samesite="lax",
    )  # fmt: skip
    return answer


@router.post("/login/oidc")
async def set_out(request: Request, next: Words = "/") -> Response:
    """Go to the provider to sign in."""
    provider = _provider(request)
    try:
        return await _send(request, provider, to=safe_next(next))
    except (Unavailable, Invalid, TooMany) as error:
        wait = {} if isinstance(error, Invalid) else {"Retry-After": str(error.retry_after)}
        return login_page(
            request, error.status, wait, next=safe_next(next), errors={"oidc": error.detail}
        )


@router.post("/account/oidc")
async def link(request: Request, current: Words = "") -> Response:
    """Go to the provider to link one's account; the current password, if any, is checked again."""
    async with transaction(request.app.state.sessions) as session:
        viewer = own(await get_signed_in(await get_viewer(request, session)))
        provider = _provider(request)
        account = await queries.get_account(session, viewer.id)
        if not await is_owner(request, session, account, current, now=clock.now()):
            return await account_page(
                request, session, viewer, 422, errors={"link": WRONG_PASSWORD}
            )
    return await _send(request, provider, to="/account", account_id=viewer.id)


@router.post("/account/oidc/unlink")
async def unlink(request: Request, session: Session) -> Response:
    """Remove the link of one's account to the provider."""
    viewer = own(await get_signed_in(await get_viewer(request, session)))
    account = await queries.get_account(session, viewer.id)
    await linking.unlink(
        session, account=account, issuer=_provider(request).issuer, now=clock.now()
    )
    return RedirectResponse("/account", 303)


@router.get("/login/oidc/callback")
async def come_back(
    request: Request,
    state: Asked = "",
    code: Asked = "",
    error: Asked = "",
    iss: Annotated[str | None, Query()] = None,
) -> Response:
    """Accept the returning browser once, and sign it in or link the account that asked for it."""
    provider, settings = _provider(request), settings_of(request)
    cookie = trip_cookie(settings.secure)
    secret = request.cookies.get(cookie, "")
    async with transaction(request.app.state.sessions) as session:
        trip = await linking.end_trip(session, secret=secret, state=state, now=clock.now())
    if trip is None:
        return login_page(request, 422, errors={"oidc": OVER})
    try:
        subject = await _identify(
            request, provider, secret=secret, code=code, error=error, named=iss
        )
        async with transaction(request.app.state.sessions) as session:
            answer = await _arrive(request, session, provider, trip, subject)
    except (Unavailable, Invalid) as refused:
        if trip.account_id is not None:
            raise
        wait = {"Retry-After": str(refused.retry_after)} if isinstance(refused, Unavailable) else {}
        answer = login_page(
            request, refused.status, wait, next=trip.next, errors={"oidc": refused.detail}
        )
    answer.delete_cookie(cookie, path="/", secure=settings.secure, httponly=True, samesite="lax")
    return answer


async def _identify(
    request: Request,
    provider: Provider,
    *,
    secret: str,
    code: str,
    error: str,
    named: str | None,
) -> str:
    if error or not code:
        raise Invalid(f"{provider.name} sent you back without signing you in.")
    from app.accounts.oidc import client

    try:
        return await client.identify(
            provider,
            secret=secret,
            code=code,
            named=named,
            redirect_uri=_redirect_uri(request),
            now=clock.now(),
        )
    except Away as away:
        log.warning("oidc.away", why=str(away))
        raise _not_now(provider.name) from None
    except Untrusted as untrusted:
        log.warning("oidc.untrusted", why=str(untrusted))
        raise _did_not_work(provider.name) from None


async def _arrive(
    request: Request, session: Session, provider: Provider, trip: linking.Trip, subject: str
) -> Response:
    now, settings = clock.now(), settings_of(request)
    viewer = await get_viewer(request, session)
    if trip.account_id is not None:
        if viewer is None or viewer.id != trip.account_id or viewer.token_id is not None:
            raise Forbidden("You are no longer signed in to the account that you wanted to link.")
        mine = await queries.get_account(session, viewer.id)
        await linking.link(session, account=mine, issuer=provider.issuer, subject=subject, now=now)
        return RedirectResponse("/account", 303)
    account: Account | None = await linking.find_linked(
        session, issuer=provider.issuer, subject=subject
    )
    if account is None:
        raise Invalid(UNKNOWN)
    await rate_limit.give_back(
        session, rate_limit.of_trips(request.client.host if request.client else ""), now=now
    )
    if viewer:
        await sign_ins.sign_out(session, viewer=viewer, now=now)
    agent, lasts = request.headers.get("user-agent"), timedelta(days=settings.session_days)
    secrets = await sign_ins.enter_linked(
        session, account=account, user_agent=agent, lasts=lasts, now=now
    )
    return keep(request, secrets, safe_next(trip.next))
