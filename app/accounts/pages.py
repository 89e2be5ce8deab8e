"""Serve the pages to sign in and out, and the page of one's own account."""

from datetime import timedelta
from typing import Annotated

from fastapi import Form, Path, Query, Request
from starlette.responses import RedirectResponse, Response

from app.accounts import actions, queries, sign_ins, users_pages
from app.accounts.account_page import WRONG_PASSWORD, account_page, is_owner, own
from app.accounts.dependencies import Anyone, SignedIn, settings_of
from app.accounts.login_response import device_cookie, keep, login_page, safe_next
from app.accounts.oidc import pages
from app.core import clock
from app.core.errors import DomainError, SignInRequired, TooMany
from app.db.engine import Session, attempt, transaction
from app.forms.posted import Sent
from app.forms.resume import carried, resume
from app.http.middleware import session_cookie
from app.http.routing import Router
from app.http.templating import page
from app.models.vocabulary import UserRole

router = Router(include_in_schema=False)
router.include_router(users_pages.router)
router.include_router(pages.router)

Words = Annotated[str, Form()]
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]
WRONG = "The name or the password is not right."
SPENT = "This link was used or has expired. Ask an administrator for a new one."


def by_field(error: DomainError) -> dict[str, str]:
    """Return the error's message by form field."""
    return {fault.where.strip("/") or "form": error.detail for fault in error.faults} or {
        "form": error.detail
    }


@router.get("/login")
async def show_login(
    request: Request,
    session: Session,
    viewer: Anyone,
    link: Annotated[str, Query()] = "",
    next: Annotated[str, Query()] = "/",
) -> Response:
    """Show the sign-in form, or the confirmation of a one-time link."""
    if link:
        account = await queries.find_link_holder(session, link, now=clock.now())
        if account is None:
            return login_page(request, next=safe_next(next), errors={"name": SPENT})
        return page(
            request, "accounts/link.html", link=link, name=account.name, next=safe_next(next)
        )
    if viewer:
        return RedirectResponse(safe_next(next), 303)
    return login_page(request, next=safe_next(next))


@router.post("/login")
async def log_in(request: Request, session: Session, viewer: Anyone, sent: Sent) -> Response:
    """Sign in by name and password or by a one-time link; the browser's earlier session ends.

    `carry` is a form that was sent after the session expired: it returns once the user has signed
    in.
    """
    name, password, link, carry = (
        sent.values.get(field, "") for field in ("name", "password", "link", "carry")
    )
    settings, now, to = settings_of(request), clock.now(), safe_next(sent.values.get("next", "/"))
    agent, lasts = request.headers.get("user-agent"), timedelta(days=settings.session_days)
    secrets: sign_ins.Secrets | None = None
    # The user has signed in meanwhile, in another tab.
    if viewer and carry and not (name or password or link):
        return resume(request, to, carried(carry))
    if link:
        try:
            secrets = await sign_ins.use_link(
                session, secret=link, user_agent=agent, lasts=lasts, now=now
            )
        except SignInRequired as error:
            return login_page(request, 422, next=to, errors={"name": error.detail})
    elif name.strip() and password:
        device = request.cookies.get(device_cookie(settings.secure))
        address = request.client.host if request.client else ""
        try:
            async with transaction(request.app.state.sessions) as own:
                tried = await sign_ins.begin_sign_in(
                    own, name=name, address=address, device=device, now=now
                )
        except TooMany as error:
            wait = {"Retry-After": str(error.retry_after)}
            again = {"next": to, "values": {"name": name}, "carry": carry}
            return login_page(request, 429, wait, **again, errors={"name": error.detail})
        secrets = await sign_ins.sign_in(
            session, attempt=tried, password=password, user_agent=agent, lasts=lasts, now=now
        )
    if secrets is None:
        return login_page(
            request, 422, next=to, values={"name": name}, carry=carry, errors={"name": WRONG}
        )
    if viewer:
        await sign_ins.sign_out(session, viewer=viewer, now=now)
    return keep(request, secrets, to, carry)


@router.post("/logout")
async def log_out(request: Request, session: Session, viewer: Anyone) -> Response:
    """Sign out and delete the session cookie."""
    if viewer:
        await sign_ins.sign_out(session, viewer=viewer, now=clock.now())
    settings = settings_of(request)
    answer = RedirectResponse("/", 303)
    answer.delete_cookie(
        session_cookie(settings.secure),
        path="/",
        secure=settings.secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.get("/account")
async def show_account(request: Request, session: Session, viewer: SignedIn) -> Response:
    """Show the page of one's own account."""
    return await account_page(request, session, own(viewer))


@router.post("/account/password")
async def change_password(
    request: Request, session: Session, viewer: SignedIn, current: Words = "", password: Words = ""
) -> Response:
    """Change one's password; the current one, if any, is checked again."""
    now, account = clock.now(), await queries.get_account(session, own(viewer).id)
    if not await is_owner(request, session, account, current, now=now):
        return await account_page(request, session, viewer, 422, errors={"current": WRONG_PASSWORD})
    async with attempt(session) as refused:
        await actions.set_password(
            session,
            by=viewer.name,
            account=account,
            password=password,
            now=now,
            but_sign_in=viewer.sign_in_id,
        )
    if refused:
        return await account_page(request, session, viewer, 422, errors=by_field(refused[0]))
    return await account_page(
        request,
        session,
        viewer,
        done="Your password is changed. You are signed out everywhere else.",
    )


@router.post("/account/sign-ins/{number}/end")
async def end_sign_in(session: Session, viewer: SignedIn, number: Number) -> Response:
    """End one of one's own sessions."""
    await sign_ins.end_sign_in(session, viewer=own(viewer), sign_in_id=number, now=clock.now())
    return RedirectResponse("/account", 303)


@router.post("/account/sign-ins/end-others")
async def end_other_sign_ins(session: Session, viewer: SignedIn) -> Response:
    """End all one's sessions except this one."""
    await sign_ins.sign_out_others(session, viewer=own(viewer), now=clock.now())
    return RedirectResponse("/account", 303)


@router.post("/account/tokens")
async def add_token(
    request: Request,
    session: Session,
    viewer: SignedIn,
    label: Words = "",
    days: Words = "",
    role: Words = "",
) -> Response:
    """Make an API token and show it, only this once."""
    account, token = await queries.get_account(session, own(viewer).id), None
    typed = {"label": label, "days": days}
    if not (days.isascii() and days.isdigit() and len(days) <= 4):
        return await account_page(
            request, session, viewer, 422, errors={"days": "Give a number of days."}, **typed
        )
    if role and role not in {str(one) for one in UserRole}:
        return await account_page(
            request, session, viewer, 422, errors={"role": "Choose a role."}, **typed
        )
    async with attempt(session) as refused:
        wanted = actions.TokenRequest(label, int(days), UserRole(role) if role else None)
        token = await actions.add_token(
            session, wanted, account=account, by=viewer.name, now=clock.now()
        )
    if refused:
        errors = {
            name.replace("expires_in_days", "days"): words
            for name, words in by_field(refused[0]).items()
        }
        return await account_page(
            request, session, viewer, refused[0].status, errors=errors, **typed
        )
    return await account_page(request, session, viewer, token=token)


@router.post("/account/tokens/{number}/revoke")
async def revoke_token(session: Session, viewer: SignedIn, number: Number) -> Response:
    """Revoke one of one's own tokens."""
    await actions.revoke_token(session, viewer=own(viewer), token_id=number, now=clock.now())
    return RedirectResponse("/account", 303)
