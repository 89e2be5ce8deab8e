"""Serve the pages on which admins manage accounts."""

from typing import Annotated, Any

from fastapi import Form, Path, Request
from starlette.responses import RedirectResponse, Response

from app.accounts import actions, queries
from app.accounts.dependencies import Admin
from app.core import clock
from app.core.errors import Conflict, Forbidden, invalid
from app.db.engine import Session, attempt
from app.http.routing import Router
from app.http.templating import page
from app.models.account import Account
from app.models.vocabulary import UserRole

router = Router(prefix="/admin/users", include_in_schema=False)

Words = Annotated[str, Form()]
Number = Annotated[int, Path(ge=1, le=2**63 - 1)]


async def _users(request: Request, session: Session, status: int = 200, **context: Any) -> Response:
    shown = {
        "errors": {},
        "name": "",
        "role": UserRole.VIEWER,
        "link": None,
        "link_name": None,
    } | context
    return page(
        request,
        "accounts/users.html",
        status=status,
        accounts=await queries.list_accounts(session),
        events=await queries.list_events(session),
        roles=list(UserRole),
        **shown,
    )


async def _other(session: Session, viewer: queries.Viewer, number: int) -> Account:
    """Return another user's account; raise Conflict for one's own.

    So the last admin cannot be locked out by mistake. Raises Forbidden for a token.
    """
    if viewer.token_id is not None:
        raise Forbidden("An API token cannot manage accounts. Sign in.")
    if number == viewer.id:
        raise Conflict("This is your own account. Ask another admin, or use the command line.")
    return await queries.get_account(session, number)


def _role(name: str) -> UserRole:
    if name not in {str(role) for role in UserRole}:
        raise invalid("/role", "Choose a role.")
    return UserRole(name)


@router.get("")
async def show_users(request: Request, session: Session, viewer: Admin) -> Response:
    """List the accounts and the newest audit events."""
    return await _users(request, session)


@router.post("")
async def add_user(
    request: Request,
    session: Session,
    viewer: Admin,
    name: Words = "",
    role: Words = "",
    password: Words = "",
) -> Response:
    """Add an account; without a password, show a one-time link to pass on."""
    if viewer.token_id is not None:
        raise Forbidden("An API token cannot manage accounts. Sign in.")
    now, link = clock.now(), None
    async with attempt(session) as refused:
        account = await actions.add_user(
            session, by=viewer.name, name=name, role=_role(role), password=password or None, now=now
        )
        if not password:
            link = await actions.issue_link(
                session, account_name=account.name, by=viewer.name, now=now
            )
    if refused:
        errors = {fault.where.strip("/"): refused[0].detail for fault in refused[0].faults}
        return await _users(
            request, session, refused[0].status, errors=errors, name=name, role=role
        )
    if link is None:
        return RedirectResponse("/admin/users", 303)
    return await _users(
        request, session, link=f"{request.base_url}login?link={link}", link_name=account.name
    )


@router.post("/{number}/role")
async def set_role(session: Session, viewer: Admin, number: Number, role: Words = "") -> Response:
    """Change the role of an account."""
    account = await _other(session, viewer, number)
    await actions.set_role(
        session, by=viewer.name, account=account, role=_role(role), now=clock.now()
    )
    return RedirectResponse("/admin/users", 303)


@router.post("/{number}/disable")
async def disable(session: Session, viewer: Admin, number: Number) -> Response:
    """Disable an account."""
    account = await _other(session, viewer, number)
    await actions.disable(session, by=viewer.name, account=account, now=clock.now())
    return RedirectResponse("/admin/users", 303)


@router.post("/{number}/enable")
async def enable(session: Session, viewer: Admin, number: Number) -> Response:
    """Enable a disabled account."""
    account = await _other(session, viewer, number)
    await actions.enable(session, by=viewer.name, account=account, now=clock.now())
    return RedirectResponse("/admin/users", 303)


@router.post("/{number}/link")
async def issue_link(request: Request, session: Session, viewer: Admin, number: Number) -> Response:
    """Show a one-time sign-in link, for a user who forgot the password."""
    account = await _other(session, viewer, number)
    link = await actions.issue_link(
        session, account_name=account.name, by=viewer.name, now=clock.now()
    )
    return await _users(
        request, session, link=f"{request.base_url}login?link={link}", link_name=account.name
    )
