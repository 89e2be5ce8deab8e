"""Serve the work list: sources to read, who reads them, and those with nothing to code."""

from fastapi import Request, Response
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Editor, FormEditor
from app.core.clock import now
from app.core.input_models import Query, SlugInPath, read_query
from app.db.engine import Session, attempt
from app.desk.pages import NOTE, Beside, Number, desk_page
from app.desk.queries import Stage, count_stages, work_list
from app.desk.source_view import read
from app.forms import fields
from app.forms.posted import Sent
from app.forms.sheet import Sheet, refusal
from app.http.routing import Router
from app.http.templating import page
from app.log.reader import moment
from app.log.writer import writing
from app.models.vocabulary import ReadingState
from app.negotiations.code_book import code_book, negotiation_view
from app.negotiations.navigation import nav
from app.sources.worklist import ReadingInput, set_reading

router = Router(prefix="/n/{slug}/desk", include_in_schema=False)

SHOWN = 50


class ListQuery(Query):
    """Where the list goes on, and the stage that it is filtered by."""

    before: int | None = None
    stage: Stage | None = None


@router.get("")
async def show_list(
    request: Request, session: Session, viewer: Editor, slug: SlugInPath
) -> Response:
    """Show which sources are to be read, being read and by whom, coded, or had nothing to code."""
    book = await code_book(session, await moment(session, drafts=True), slug)
    asked = read_query(ListQuery, request)
    rows = await work_list(
        session, book.negotiation.id, before=asked.before, limit=SHOWN + 1, stage=asked.stage
    )
    counts = await count_stages(session, book.negotiation.id)
    more = (
        {"before": rows[SHOWN - 1].source.id, "stage": asked.stage} if len(rows) > SHOWN else None
    )
    return page(
        request,
        "desk/index.html",
        negotiation=negotiation_view(book.negotiation),
        listed=rows[:SHOWN],
        stages=[(str(stage), counts.get(stage, 0)) for stage in Stage],
        stage=asked.stage,
        more=more,
        nav=nav(slug),
    )


@router.post("/{source_id}/reading")
async def post_reading(
    request: Request,
    session: Session,
    viewer: FormEditor,
    sent: Sent,
    slug: SlugInPath,
    source_id: Number,
) -> Response:
    """Set who reads a source, that it was read, or why there was nothing to code."""
    reading = await read(session, slug, source_id)
    noted = Sheet(NOTE.fields, fields.typed(NOTE.fields, sent.values))
    if sent.do not in set(ReadingState):  # back from signing in
        return await desk_page(request, session, viewer, reading, Beside(noted=noted))
    values, noted.errors = fields.read(NOTE, noted.values)
    noted.status = 422
    if not noted.errors:
        state = ReadingState(sent.do)
        version = fields.number(sent.values.get("version")) or 0
        async with attempt(session) as refused, writing(session, by=viewer.name, now=now()) as log:
            await set_reading(
                log,
                negotiation_id=reading.book.negotiation.id,
                source_id=source_id,
                sent=ReadingInput(state, values["reason"], version),
                coded=bool(reading.positions),
            )
        if not refused:
            done = state == ReadingState.READ and not values["reason"]
            back = done or state == ReadingState.TO_READ
            return RedirectResponse(
                f"/n/{slug}/desk" if back else f"/n/{slug}/desk/{source_id}", 303
            )
        noted.status, noted.errors = refused[0].status, refusal(refused[0], NOTE.fields)
        reading = await read(session, slug, source_id)
    return await desk_page(request, session, viewer, reading, Beside(noted=noted))
