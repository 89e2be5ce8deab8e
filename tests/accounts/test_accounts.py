"""Test accounts, sign-ins, links and tokens, from adding to ending them."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from app.accounts import actions, passwords, queries, sign_ins
from app.accounts.actions import TokenRequest
from app.core.errors import Conflict, Forbidden, Invalid, NotFound, SignInRequired
from app.models.account import Account, AccountEvent
from app.models.base import Base
from app.models.vocabulary import UserRole
from tests.accounts.make import NOW, PASSWORD, make_account

pytestmark = pytest.mark.anyio
LASTS, IDLE = timedelta(days=14), timedelta(hours=72)


async def enter(
    session: AsyncSession, name: str = "ada", password: str = PASSWORD
) -> sign_ins.Secrets | None:
    attempt = await sign_ins.begin_sign_in(
        session, name=name, address="192.0.2.1", device=None, now=NOW
    )
    return await sign_ins.sign_in(
        session, attempt=attempt, password=password, user_agent="Fire\nfox", lasts=LASTS, now=NOW
    )


async def who(
    session: AsyncSession, token: str, after: timedelta = timedelta()
) -> queries.Viewer | None:
    found = await queries.find_signed_in(session, token, idle=IDLE, now=NOW + after)
    return found[0] if found else None


async def holder(
    session: AsyncSession, token: str, after: timedelta = timedelta()
) -> queries.Viewer | None:
    found = await queries.find_token_holder(session, token, now=NOW + after)
    return found[0] if found else None


async def what_happened(session: AsyncSession) -> Sequence[str]:
    return (await session.scalars(select(AccountEvent.what).order_by(AccountEvent.id))).all()


async def test_names_are_unique_whatever_their_letter_case(session: AsyncSession) -> None:
    await make_account(session, "Ádá")
    for name in ("ádá", "ÁDÁ", " A\u0301da\u0301 "):
        with pytest.raises(Conflict):
            await make_account(session, name)
    assert (await queries.find_account(session, "áDÁ")) is not None


UNSEEN = [
    "a\u200bda",
    "ada\u200e",
    "a\u00a0da",
    "ada\u3164",
    "ada\ufe0f",
    "a\u034fda",
    "\u2800",
    "a  da",
    "\u0301ada",
]


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "a\x00", "\u202eabc", "x" * 81, *UNSEEN])
async def test_odd_names_are_refused(session: AsyncSession, name: str) -> None:
    with pytest.raises(Invalid):
        await make_account(session, name)


async def test_what_is_not_seen_in_a_name_is_named(session: AsyncSession) -> None:
    with pytest.raises(Invalid, match=r"U\+200B ZERO WIDTH SPACE.*character 2"):
        await make_account(session, "a\u200bda")


async def test_a_name_that_looks_like_another_is_refused(session: AsyncSession) -> None:
    for name in ("ada", "Олена", "Елена", "Ann1", "annl", "Мария Ада", "عليّ"):
        await make_account(session, name)
    for name in ("аda", "аdа", "Ａｄａ", "Oлeнa", "𝐚𝐝𝐚", "аnnl"):
        with pytest.raises(Conflict):
            await make_account(session, name)


async def test_of_two_that_look_alike_at_once_one_is_added(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions() as one, sessions() as other:
        await make_account(one, "ada")
        second = asyncio.create_task(make_account(other, "аdа"))
        while not second.done():
            waiting = await one.scalar(
                text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
            )
            if waiting:
                await one.commit()
            await asyncio.sleep(0.02)
        with pytest.raises(Conflict, match="looks like 'ada'"):
            await second


async def test_signing_in_gives_a_session_until_it_ends(session: AsyncSession) -> None:
    await make_account(session)
    assert await enter(session, password="wrong password") is None
    assert await enter(session, name="nobody") is None
    entered = await enter(session, name="ADA")
    assert entered
    viewer = await who(session, entered.token)
    assert viewer
    assert (viewer.name, viewer.role) == ("ada", UserRole.EDITOR)
    assert await who(session, entered.token + "x") is None
    await sign_ins.sign_out(session, viewer=viewer, now=NOW)
    assert await who(session, entered.token) is None


async def test_sessions_end_when_idle_or_old_and_stay_while_used(session: AsyncSession) -> None:
    await make_account(session)
    entered = await enter(session)
    assert entered
    assert await who(session, entered.token, IDLE) is None
    at = timedelta()
    while at < LASTS - IDLE:
        at += IDLE - timedelta(hours=1)
        viewer = await who(session, entered.token, at)
        assert viewer
        await sign_ins.touch(session, viewer=viewer, now=NOW + at)
    assert await who(session, entered.token, LASTS - timedelta(seconds=1)) is not None
    assert await who(session, entered.token, LASTS) is None


@pytest.mark.usefixtures("costly_passwords")
async def test_weak_hashes_are_renewed_at_sign_in(session: AsyncSession) -> None:
    account = await make_account(session)
    account.password_hash = PasswordHasher(memory_cost=8 * 1024, time_cost=1, parallelism=1).hash(
        PASSWORD
    )
    await session.flush()
    assert await enter(session)
    assert account.password_hash
    assert not passwords.is_weak(account.password_hash)
    assert await enter(session)


async def test_no_secret_is_stored_or_noted(session: AsyncSession) -> None:
    account = await make_account(session)
    entered = await enter(session)
    assert entered
    link = await actions.issue_link(session, account_name="ada", now=NOW)
    token = await actions.add_token(session, TokenRequest(label="script"), account=account, now=NOW)
    rows = []
    for table in Base.metadata.sorted_tables:
        found = await session.execute(text(f"SELECT t::text FROM {table.name} t"))
        rows += found.scalars().all()
    stored = "\n".join(rows)
    assert "script" in stored
    for secret in (entered.token, entered.device, link, token, PASSWORD):
        assert secret not in stored
        assert secret.encode().hex() not in stored


@pytest.mark.parametrize("by", ["disabling", "password"])
async def test_disabling_or_a_new_password_ends_everything_else(
    session: AsyncSession, by: str
) -> None:
    account = await make_account(session)
    here, there = await enter(session), await enter(session)
    assert here
    assert there
    token = await actions.add_token(session, TokenRequest(label="script"), account=account, now=NOW)
    link = await actions.issue_link(session, account_name="ada", now=NOW)
    kept = await who(session, here.token)
    assert kept

    if by == "disabling":
        await actions.disable(session, by="root", account=account, now=NOW)
        # Enabling does not restore sessions and tokens.
        await actions.enable(session, by="root", account=account, now=NOW)
    else:
        await actions.set_password(
            session,
            by="ada",
            account=account,
            password="new " + PASSWORD,
            now=NOW,
            but_sign_in=kept.sign_in_id,
        )

    assert (await who(session, here.token) is not None) is (by == "password")
    assert await who(session, there.token) is None
    assert await holder(session, token) is None
    assert await queries.find_link_holder(session, link, now=NOW) is None
    assert bool(await enter(session)) is (by == "disabling")


async def test_the_disabled_stay_out(session: AsyncSession) -> None:
    account = await make_account(session)
    await actions.disable(session, by=None, account=account, now=NOW)
    assert await enter(session) is None
    with pytest.raises(Conflict):
        await actions.issue_link(session, account_name="ada", now=NOW)
    with pytest.raises(Conflict):
        await actions.add_token(session, TokenRequest(label="x"), account=account, now=NOW)


async def test_the_local_admins_link_works_once_and_for_an_hour(session: AsyncSession) -> None:
    first, second = [await actions.issue_link(session, now=NOW) for _ in range(2)]
    admin = await queries.find_account(session, actions.LOCAL_ADMIN)
    assert admin
    assert (admin.role, admin.password_hash) == (UserRole.ADMIN, None)
    assert await enter(session, "admin", "") is None

    entered = await sign_ins.use_link(session, secret=first, user_agent=None, lasts=LASTS, now=NOW)
    viewer = await who(session, entered.token)
    assert viewer
    assert viewer.may(UserRole.ADMIN)
    for secret, after in ((first, 0), (second, 60), ("", 0), ("x", 0)):
        with pytest.raises(SignInRequired):
            await sign_ins.use_link(
                session,
                secret=secret,
                user_agent=None,
                lasts=LASTS,
                now=NOW + timedelta(minutes=after),
            )
    with pytest.raises(NotFound):
        await actions.issue_link(session, account_name="nobody", now=NOW)


async def test_tokens_expire_are_bounded_and_revoked_by_their_owner_or_an_admin(
    session: AsyncSession,
) -> None:
    account, other = await make_account(session), await make_account(session, "bob")
    root = await make_account(session, "root", UserRole.ADMIN)
    token = await actions.add_token(
        session, TokenRequest(label="a", expires_in_days=1), account=account, now=NOW
    )
    lesser = await actions.add_token(
        session, TokenRequest(label="b", role=UserRole.VIEWER), account=account, now=NOW
    )
    lasting = await actions.add_token(
        session, TokenRequest(label="c", expires_in_days=None), account=account, now=NOW
    )
    with pytest.raises(Forbidden):
        await actions.add_token(
            session, TokenRequest(label="d", role=UserRole.ADMIN), account=account, now=NOW
        )

    assert token.startswith("parley_")
    assert len(token) > 40
    held, less = await holder(session, token), await holder(session, lesser)
    assert held
    assert less
    assert (held.role, less.role) == (UserRole.EDITOR, UserRole.VIEWER)
    assert await holder(session, token, timedelta(days=1)) is None
    assert await holder(session, lasting, timedelta(days=5000)) is not None

    await actions.set_role(session, by="root", account=account, role=UserRole.VIEWER, now=NOW)
    assert (await holder(session, lasting)).role == UserRole.VIEWER

    stranger, admin = (queries.Viewer(a.id, a.name, UserRole(a.role)) for a in (other, root))
    ids = {one.label: one.id for one in await queries.list_tokens(session, account.id)}
    for number in (ids["a"], 10**9):
        with pytest.raises(NotFound):
            await actions.revoke_token(session, viewer=stranger, token_id=number, now=NOW)
    await actions.revoke_token(session, viewer=held, token_id=ids["a"], now=NOW)
    await actions.revoke_token(session, viewer=admin, token_id=ids["c"], now=NOW)
    assert await holder(session, token) is None
    assert await holder(session, lasting) is None


async def test_what_is_done_to_accounts_is_noted_once(session: AsyncSession) -> None:
    account = await make_account(session)
    assert await enter(session)
    for _ in range(2):
        await actions.set_role(session, by="root", account=account, role=UserRole.ADMIN, now=NOW)
        await actions.disable(session, by="root", account=account, now=NOW)
    await actions.enable(session, by="root", account=account, now=NOW)
    await session.flush()
    assert await what_happened(session) == [
        "added",
        "signed in",
        "role changed",
        "disabled",
        "enabled",
    ]


async def test_somebody_elses_sign_in_cannot_be_ended(session: AsyncSession) -> None:
    await make_account(session)
    await make_account(session, "bob")
    mine, theirs = await enter(session), await enter(session, "bob")
    assert mine
    assert theirs
    me, them = await who(session, mine.token), await who(session, theirs.token)
    assert me
    assert them
    assert them.sign_in_id
    with pytest.raises(NotFound):
        await sign_ins.end_sign_in(session, viewer=me, sign_in_id=them.sign_in_id, now=NOW)
    assert await who(session, theirs.token)


async def test_the_audit_is_appended_only(session: AsyncSession) -> None:
    await make_account(session)
    assert await session.scalar(select(Account.id))
    for statement in (
        "UPDATE account_event SET by = 'x'",
        "DELETE FROM account_event",
        "TRUNCATE account_event",
    ):
        with pytest.raises(Exception, match=r"(?i)permission|append|never|refuse|denied|cannot"):
            async with session.begin_nested():
                await session.execute(text(statement))
