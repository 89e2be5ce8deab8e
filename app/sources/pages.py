"""Serve pages on which editors save sources, correct them, and add their texts."""

import re
from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Path, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession
from starlette.responses import JSONResponse, RedirectResponse

from app.accounts.dependencies import Editor, FormEditor
from app.core.clock import now
from app.core.input_models import SLUG
from app.db.engine import Session, attempt
from app.forms.fields import read
from app.forms.posted import Sent
from app.forms.sheet import refusal
from app.http.origin import origin
from app.http.routing import Router
from app.http.templating import page
from app.log.writer import writing
from app.models.source import Quote, Source, SourceText
from app.models.vocabulary import Verification
from app.negotiations.beginning import find_beginning
from app.negotiations.navigation import nav
from app.negotiations.pending import note_pending
from app.sources import actions, queries
from app.sources.extraction.decoding import GUESSES, LABELS
from app.sources.form_fields import (
    LABEL,
    NEW,
    ONLY_TEXT,
    Intake,
    digest,
    fill_from_head,
    from_the_text,
    intake,
    intake_of,
    read_otherwise,
    settle_place,
    take_file,
)
from app.sources.page_numbers import read_pages
from app.sources.urls import check_url, same_document_key

router = Router(include_in_schema=False)

Number = Annotated[int, Path(ge=1, lt=2**63)]
NOWHERE = "Enter a web address, or say where to find the source"
PREFILLED = ("url", "title", "text", "negotiation")


@router.get("/sources/new")
async def new_source(request: Request, session: Session, viewer: Editor) -> Response:
    """Show the form for a new source, filled by a bookmarklet if used; nothing is stored."""
    given = {n: v for n in PREFILLED if (v := request.query_params.get(n, "").strip())}
    today = now().date().isoformat() if "url" in given else ""
    return await show_new(request, session, intake(NEW, {"accessed_on": today, **given}))


@router.post("/sources/new")
async def add_source(
    request: Request, session: Session, viewer: FormEditor, sent: Sent
) -> Response:
    """Store a source; the text of a file is shown first, to be checked."""
    sheet = intake_of(NEW, sent)
    url = sheet.values.get("url", "")
    sheet.publishers, sheet.at_address = await queries.known_publishers(session, url)
    if read_otherwise(sheet) or await take_file(sheet) or sent.shown_again:
        return await show_new(request, session, sheet)
    if not sheet.values["title"].strip() and (filled := fill_from_head(sheet)):
        sheet.notes.append(f"{from_the_text(filled)} Nothing is saved yet.")
        return await show_new(request, session, sheet)
    settle_place(sheet)
    values, sheet.errors = read(NEW, sheet.values)
    if not (sheet.values["url"].strip() or sheet.values["reference"].strip()):
        sheet.errors = {**sheet.errors, "url": NOWHERE}
    if sheet.errors or await _same_text(session, sheet, values["text"]):
        return await show_new(request, session, sheet)
    async with attempt(session) as refused, writing(session, by=viewer.name, now=now()) as log:
        pages, seams = _beside_text(sheet, values["text"] or "")
        row = await actions.add_source(log, **values, pages=pages, seams=seams)
    if refused:
        sheet.errors = refusal(refused[0], NEW.fields)
        return await show_new(request, session, sheet)
    return RedirectResponse(_after(sheet, row.id), 303)


@router.post("/sources/suggestions")
async def suggest(request: Request, session: Session, viewer: Editor, sent: Sent) -> Response:
    """Return what the head of a text suggests, by field, with the words that say so."""
    sheet = intake(NEW, {n: sent.values.get(n, "") for n in ("url", "text")})
    url = sheet.values["url"]
    sheet.publishers, sheet.at_address = await queries.known_publishers(session, url)
    filled = fill_from_head(sheet)
    return JSONResponse({name: [LABEL[name].lower(), sheet.values[name]] for name in filled})


@router.get("/sources/{source_id}/text")
async def show_text(
    request: Request, session: Session, viewer: Editor, source_id: Number
) -> Response:
    """Show the stored text, and the results of checking the quotes against it."""
    row = await queries.get_source(session, source_id)
    saved_text = (await queries.newest_texts(session, [source_id])).get(source_id)
    sheet = intake(ONLY_TEXT, {"text": saved_text.text if saved_text else ""})
    return await _text_page(request, session, row, sheet)


@router.post("/sources/{source_id}/text")
async def put_text(
    request: Request, session: Session, viewer: FormEditor, sent: Sent, source_id: Number
) -> Response:
    """Store a new text and check every quote of the source against it."""
    sheet = intake_of(ONLY_TEXT, sent)
    row = await queries.get_source(session, source_id, lock=True)
    if read_otherwise(sheet) or await take_file(sheet) or sent.shown_again:
        return await _text_page(request, session, row, sheet)
    values, sheet.errors = read(ONLY_TEXT, sheet.values)
    if not sheet.values["text"].strip():
        sheet.errors["text"] = "Text: paste it, or choose a file"
    if sheet.errors or await _same_text(session, sheet, values["text"], of=row):
        return await _text_page(request, session, row, sheet)
    text: str = values["text"]
    there = (await queries.newest_texts(session, [source_id])).get(source_id)
    if there is None or there.text.replace("\r\n", "\n") != text:
        async with attempt(session) as refused, writing(session, by=viewer.name, now=now()) as log:
            pages, seams = _beside_text(sheet, text)
            await actions.put_text(log, row, text, pages=pages, seams=seams)
        if refused:
            sheet.errors = refusal(refused[0], sheet.fields)
            row = await queries.get_source(session, source_id)
            return await _text_page(request, session, row, sheet)
    return RedirectResponse(f"/sources/{source_id}/text{_negotiation(sheet)}#checked", 303)


@router.get("/bookmarklet")
async def show_bookmarklet(request: Request, session: Session, viewer: Editor) -> Response:
    """Show the bookmarklet, a link to drag to the bookmarks."""
    negotiation = known_slug(request.query_params)
    await note_pending(request, session, negotiation or None)
    here = f"{origin(request)}/sources/new"
    known = f"negotiation:'{negotiation}'," if negotiation else ""
    return page(
        request,
        "sources/bookmarklet.html",
        bookmarklet=BOOKMARKLET.replace("HERE", here).replace("KNOWN", known),
        nav=nav(negotiation) if known else [],
    )


# Quotation marks that the browser draws around <q> are not part of a selection, so they are
# inserted while it is read. A long selection goes behind "#": it is then never sent to the server,
# whose length limits would apply.
BOOKMARKLET = (
    "javascript:(()=>{const m=[];for(const q of document.querySelectorAll('q'))"
    "if(getComputedStyle(q,'::before').content.includes('quote')){"
    "const a=new Text('\\u201c'),b=new Text('\\u201d');q.prepend(a);q.append(b);m.push(a,b)}"
    "const t=String(getSelection()),s=t.length<1500;m.forEach(n=>n.remove());"
    "open('HERE?'+new URLSearchParams({KNOWNurl:location.href,title:document.title,text:s?t:''})"
    "+(s?'':'#text='+encodeURIComponent(t)))})()"
)


async def show_new(request: Request, session: AsyncSession, sheet: Intake) -> Response:
    """Show the form for a new source as typed, with the source that has its address, if any."""
    slug = known_slug(sheet.values)
    await note_pending(request, session, slug or None)
    return page(
        request,
        "sources/new.html",
        status=422 if sheet.errors else 200,
        beginning=await find_beginning(session, slug) if slug else None,
        same=await _at_address(session, sheet.values.get("url", "").strip()),
        **form_context(sheet),
    )


def form_context(sheet: Intake) -> dict[str, Any]:
    """Return the template variables that every form for a source needs."""
    values = sheet.values
    slug = known_slug(values)
    guessed = values.get("guessed") and values.get("assumed") in GUESSES
    return {
        "sheet": sheet,
        "others": [(n, LABELS[n]) for n in GUESSES if guessed and n != values["assumed"]],
        "negotiation_slug": slug,
        "nav": nav(slug) if slug else [],
    }


async def _text_page(
    request: Request, session: AsyncSession, row: Source, sheet: Intake
) -> Response:
    await note_pending(request, session, known_slug(sheet.values) or None)
    quotes = await queries.list_quotes(session, row.id)
    checks = await queries.newest_checks(session, [q.id for q in quotes])
    saved_text = (await queries.newest_texts(session, [row.id])).get(row.id)
    return page(
        request,
        "sources/text.html",
        status=422 if sheet.errors else 200,
        source=row,
        saved_text=saved_text,
        checked=[
            (q, checks[q.id].verification, await _why(q, checks[q.id].verification, saved_text))
            for q in quotes
        ],
        **form_context(sheet),
    )


def _beside_text(sheet: Intake, text: str) -> tuple[list[int] | None, list[int] | None]:
    """Return pages and seams of a file, provided that its text was not changed since."""
    pages, seams = (read_pages(sheet.values.get(name, ""), text) for name in ("pages", "seams"))
    return pages, seams


async def _why(quote: Quote, verification: str, saved_text: SourceText | None) -> str | None:
    """Return why a quote does not match the text; None if it matches."""
    if saved_text is None or verification != Verification.MISMATCH:
        return None
    return (await actions.check_text(saved_text.text, quote.exact, quote.prefix, quote.suffix)).why


async def _same_text(
    session: AsyncSession, sheet: Intake, text: str | None, of: Source | None = None
) -> bool:
    """Warn once that another source has the same text; submitting again confirms it."""
    others = await queries.sources_with_text(session, digest(text)) if text else []
    others = [s for s in others if of is None or s.id != of.id]
    if not others or sheet.values.get("seen") == digest(text or ""):
        return False
    sheet.values["seen"] = digest(text or "")
    named = "; ".join(f"source {s.id}, {s.title}" for s in others[:3])
    sheet.notes.append(f"The same text is already in Parley: {named}. Save again to keep it twice.")
    return True


async def _at_address(session: AsyncSession, url: str) -> Source | None:
    try:
        return await queries.find_source_at(session, same_document_key(check_url(url)))
    except ValueError:
        return None


def known_slug(values: Mapping[str, str]) -> str:
    """Return the negotiation for which a source is saved; empty if it cannot be a slug."""
    slug = values.get("negotiation", "")
    return slug if re.fullmatch(SLUG, slug) and len(slug) <= 80 else ""


def _negotiation(sheet: Intake) -> str:
    slug = known_slug(sheet.values)
    return f"?{urlencode({'negotiation': slug})}" if slug else ""


def _after(sheet: Intake, source_id: int) -> str:
    """Return where to go next: the desk that asked for the source, or else the source's page."""
    slug = known_slug(sheet.values)
    return f"/n/{slug}/desk/{source_id}" if slug else f"/sources/{source_id}"
