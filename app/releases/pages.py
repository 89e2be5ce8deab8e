"""Serve the pages of releases: the list, one with its package, and the form for the next."""

from collections.abc import AsyncGenerator
from typing import Annotated

from fastapi import Path, Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Admin, Anyone, FormAdmin
from app.citations.formats import FORMS
from app.core.clock import instant, now
from app.core.errors import NotFound
from app.core.input_models import KnownAt, SlugInPath, read_query
from app.db.engine import Session, attempt
from app.exports.citation_pages import Form as CiteForm
from app.exports.download import Download, attachment
from app.forms.fields import Field, Form, Kind, number, read, typed
from app.forms.posted import Sent
from app.forms.sheet import Sheet, blank
from app.http.conditional import not_modified, unchanged
from app.http.origin import origin
from app.http.routing import Router
from app.http.templating import page
from app.log.reader import moment
from app.models.release import Release
from app.negotiations.code_book import code_book, negotiation_view
from app.negotiations.navigation import nav
from app.negotiations.views import NegotiationView
from app.releases.actions import ReleaseInput, freeze
from app.releases.queries import get_release, last_number, list_releases, read_package
from app.releases.views import ReleaseView, cite_release, release_view

router = Router(prefix="/n/{slug}/releases", include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]
FORM = Form(
    (
        Field("title", "Title"),
        Field(
            "changelog", "Changelog", Kind.PROSE,
            "What is new or different since the previous release, for people who cite it.",
        ),
    ),
    ReleaseInput,
)  # fmt: skip


@router.get("")
async def show_releases(
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show all releases of a negotiation."""
    known_at = read_query(KnownAt, request).known_at
    book = await code_book(session, await moment(session, known_at), slug)
    found = await list_releases(session, book.negotiation.id, known_at)
    return page(
        request,
        "releases/index.html",
        negotiation=negotiation_view(book.negotiation),
        releases=[release_view(r, slug) for r in found],
        known_at=instant(known_at) if known_at else None,
        nav=nav(slug),
    )


@router.get("/new")
async def show_form(
    request: Request, session: Session, viewer: Admin, slug: SlugInPath
) -> Response:
    """Show the form for a new release."""
    return await _form(request, session, slug, None)


@router.post("/new")
async def add_release(
    request: Request, session: Session, viewer: FormAdmin, sent: Sent, slug: SlugInPath
) -> Response:
    """Freeze the next release; it is sent with its number, so that a repeat makes no second one."""
    sheet = Sheet(FORM.fields, typed(FORM.fields, sent.values))
    if sent.shown_again:
        return await _form(request, session, slug, sheet)
    sheet.status = 422
    values, sheet.errors = read(FORM, sheet.values)
    if not sheet.errors:
        due = number(sent.values.get("number")) or 0
        async with attempt(session) as refused:
            given = ReleaseInput(**values)
            made = await freeze(
                session, slug=slug, number=due, given=given, by=viewer.name, now=now()
            )
        if not refused:
            return RedirectResponse(f"/n/{slug}/releases/{made.number}", 303)
        if isinstance(refused[0], NotFound):
            raise refused[0]
        sheet.status, sheet.errors = refused[0].status, {"changelog": refused[0].detail}
    return await _form(request, session, slug, sheet)


@router.get("/{number}.zip")
async def send_package(
    request: Request, session: Session, slug: SlugInPath, number: Number
) -> Response:
    """Send the frozen bytes; the ETag is their checksum."""
    release, view, _ = await _get(request, session, slug, number)
    if release.redacted_at is not None:
        raise NotFound(
            f"The package of release {number} was removed:"
            f" {release.redacted_for or 'no reason given'}"
        )
    etag = f'"{release.sha256}"'

    async def content() -> AsyncGenerator[bytes]:
        async with request.app.state.sessions() as own:
            async for piece in read_package(own, release):
                yield piece

    headers = {"ETag": etag, "Content-Length": str(release.size)}
    return unchanged(request, etag) or Download(
        content(), attachment(f"{view.negotiation}_release-{number}", "zip") | headers
    )


@router.get("/{number}")
async def show_release(
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath, number: Number
) -> Response:
    """Show one release with the negotiation's title at that time; neither changes."""
    _, view, negotiation = await _get(request, session, slug, number)
    cite = cite_release(view, negotiation, base=origin(request))
    return page(
        request,
        "releases/show.html",
        negotiation=negotiation,
        release=view,
        cite=cite,
        nav=nav(slug),
    )


@router.get("/{number}/cite.{form}")
async def cite(
    request: Request, session: Session, slug: SlugInPath, number: Number, form: CiteForm
) -> Response:
    """Cite one release."""
    _, view, negotiation = await _get(request, session, slug, number)
    work = cite_release(view, negotiation, base=origin(request)).work
    media, write = FORMS[form]
    named = {"Content-Disposition": f'inline; filename="{work.key}.{form}"'}
    return not_modified(request, Response(write(work).encode(), headers=named, media_type=media))


async def _get(
    request: Request, session: Session, slug: str, number: int
) -> tuple[Release, ReleaseView, NegotiationView]:
    known_at = read_query(KnownAt, request).known_at
    book = await code_book(session, await moment(session, known_at), slug)
    release = await get_release(session, book.negotiation.id, number, known_at)
    then = await code_book(session, await moment(session, release.known_at), slug)
    return release, release_view(release, slug), negotiation_view(then.negotiation)


async def _form(request: Request, session: Session, slug: str, sheet: Sheet | None) -> Response:
    book = await code_book(session, await moment(session), slug)
    due = await last_number(session, book.negotiation.id) + 1
    sheet = sheet or blank(FORM.fields, title=f"Release {due}")
    return page(
        request,
        "releases/new.html",
        status=sheet.status,
        negotiation=negotiation_view(book.negotiation),
        number=due,
        sheet=sheet,
        nav=nav(slug),
    )
