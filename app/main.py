"""Assemble the application: its state, middleware and routers."""

import gc
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

from fastapi import Depends, FastAPI
from fastapi.staticfiles import StaticFiles
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.datastructures import State

import app.accounts.pages
import app.alerts.api
import app.alerts.form_pages
import app.alerts.pages
import app.alerts.receiver_pages
import app.analysis.agreement_pages
import app.analysis.api
import app.analysis.changes_pages
import app.analysis.common_ground_pages
import app.analysis.compare_pages
import app.analysis.contradiction_pages
import app.analysis.contradictions_api
import app.analysis.coverage_pages
import app.analysis.package_pages
import app.analysis.packages_api
import app.analysis.timeline_pages
import app.codebook.routes
import app.corrections.pages
import app.desk.pages
import app.desk.worklist_pages
import app.dna.pages
import app.dossier.document_pages
import app.dossier.issue_pages
import app.dossier.pages
import app.double_coding.pages
import app.exports.analysis_pages
import app.exports.citation_pages
import app.exports.pages
import app.feeds.api
import app.feeds.events
import app.feeds.pages
import app.looks.api
import app.looks.pages
import app.matrix.api
import app.matrix.pages
import app.matrix_page.pages
import app.mcp.pages
import app.negotiations.api
import app.negotiations.issues_api
import app.negotiations.pages
import app.negotiations.participations_api
import app.negotiations.parties_api
import app.negotiations.speakers_api
import app.openapi.api
import app.pictures.pages
import app.position_form.lifecycle_pages
import app.position_form.lookup_pages
import app.position_form.pages
import app.positions.api
import app.positions.pages
import app.practice.pages
import app.proposals.api
import app.proposals.figures_pages
import app.proposals.inbox_pages
import app.proposals.own_pages
import app.proposals.pages
import app.proposals.repeats_pages
import app.quotes.api
import app.quotes.pages
import app.redaction.pages
import app.releases.api
import app.releases.pages
import app.review.drafts_pages
import app.review.pages
import app.search.api
import app.search.pages
import app.server
import app.sources.api
import app.sources.edit_pages
import app.sources.pages
import app.spreadsheet.pages
from app.accounts.login_response import ask_to_sign_in
from app.alerts.queue import CHANNEL
from app.alerts.sending import Sender
from app.alerts.worker import telling
from app.core.counters import FOLDER
from app.core.logs import configure_logs
from app.db.connections import give_up
from app.db.engine import make_engine, make_sessions, plain_url
from app.db.notifier import Bell, Stopping
from app.exports.api_links import json_twin
from app.feeds.listeners import Listeners
from app.forms.resume import SignedOut
from app.http.application import Application
from app.http.dear import Lines, TakeTurns
from app.http.departures import StopWhenLeft
from app.http.embedding import ServeStrangers
from app.http.kept_answers import Cache, shared_mark
from app.http.middleware import AnswerHead, install_security
from app.http.page_cache import LOG, CacheAnswers, listening
from app.http.pieces import SendInPieces
from app.http.problems import install_problems
from app.http.replicas import Replica, Replicas, split
from app.http.responses import Compress
from app.http.templating import STATIC, provide
from app.matrix import formatting, move_labels, signs
from app.positions import phrases
from app.positions.shortcuts import Shortcuts
from app.server.collecting import collecting
from app.server.health import Probe
from app.server.shutdown import CloseWhenStopping, stopping_gently
from app.server.warming import warming
from app.settings import Settings


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state = app.state
    async with AsyncExitStack() as running:
        running.enter_context(stopping_gently(state.stopping, state.settings.drain_seconds))
        address, give_up_all = state.database_url, partial(give_up, state.engine)
        bells = {LOG: state.bell, CHANNEL: state.queued}
        await running.enter_async_context(listening(state.cache, bells, address, give_up_all))
        if state.replicas is not None:
            await running.enter_async_context(state.replicas.watched())
        if state.is_own_process:
            await running.enter_async_context(collecting(lambda: not state.lines.under_way))
            await running.enter_async_context(warming())
            if state.settings.alerts:
                sender = Sender(state.sessions, state.settings)
                rung_by = (state.bell, state.queued)
                await running.enter_async_context(telling(sender, rung_by, state.stopping))
        yield
    await state.probe.close()
    await state.engine.dispose()


def create_app(settings: Settings, database_url: str) -> FastAPI:
    """Assemble the application over one database."""
    made = Application(
        title="Parley",
        version="1",
        summary="Who wants what in a negotiation, in their own words: positions with verbatim "
        "quotes, as of any day.",
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=_lifespan,
        # Else it is looked for at each request.
        telemetry={"tracing": False, "metrics": False, "logs": False},
    )
    attach(made, settings, database_url)
    install_problems(made)
    made.exception_handlers[SignedOut] = ask_to_sign_in
    shortcuts = (
        app.positions.pages.KEPT_PAGE,
        app.quotes.pages.KEPT_PAGE,
        app.positions.api.KEPT_LIST,
    )
    made.add_middleware(Shortcuts, shortcuts=shortcuts, secure=settings.secure)
    made.add_middleware(TakeTurns, secure=settings.secure)
    install_security(made, settings)
    made.add_middleware(Compress, minimum_size=1024, compresslevel=6)
    made.add_middleware(AnswerHead)
    made.add_middleware(StopWhenLeft)
    # Which replica has everything follows from what the cache is told of writes.
    if settings.cache or settings.database_read_url:
        made.add_middleware(CacheAnswers, keeps=settings.cache)
    made.add_middleware(SendInPieces)
    made.add_middleware(ServeStrangers)
    made.add_middleware(CloseWhenStopping)
    provide(
        pictures=formatting,
        marks=move_labels,
        signs=signs,
        phrases=phrases,
        json_twin=json_twin,
    )
    # Each request is matched from the first router on: those asked for most often come first.
    of_pages = [Depends(app.review.drafts_pages.note_drafts)]
    made.include_router(app.matrix_page.pages.router, dependencies=of_pages)
    made.include_router(app.matrix.pages.router, dependencies=of_pages)
    made.include_router(app.dossier.pages.router, dependencies=of_pages)
    made.include_router(app.dossier.issue_pages.router, dependencies=of_pages)
    made.include_router(app.positions.api.router)
    made.include_router(app.positions.pages.router, dependencies=of_pages)
    made.include_router(app.search.pages.router, dependencies=of_pages)
    for router in (
        app.server.router,
        app.matrix.api.router,
        app.quotes.api.router,
        app.search.api.router,
        app.negotiations.api.router,
        app.negotiations.parties_api.router,
        app.negotiations.participations_api.router,
        app.negotiations.speakers_api.router,
        app.negotiations.issues_api.router,
        app.sources.api.router,
        app.looks.api.router,
        app.proposals.api.router,
        app.alerts.api.router,
        app.analysis.api.router,
        app.analysis.packages_api.router,
        app.analysis.contradictions_api.router,
        app.releases.api.router,
        app.feeds.api.router,
        app.feeds.events.router,
        app.openapi.api.router,
        app.mcp.pages.router,
        app.accounts.pages.router,
        app.negotiations.pages.router,
        app.practice.pages.router,
        app.exports.citation_pages.router,
    ):
        made.include_router(router)
    for router in (
        app.exports.pages.router,
        app.exports.analysis_pages.router,
        app.pictures.pages.router,
        app.dossier.document_pages.router,
        app.releases.pages.router,
        app.spreadsheet.pages.router,
        app.dna.pages.router,
        app.feeds.pages.router,
        app.codebook.routes.router,
        app.redaction.pages.router,
        app.analysis.agreement_pages.router,
        app.analysis.changes_pages.router,
        app.analysis.common_ground_pages.router,
        app.analysis.compare_pages.router,
        app.analysis.contradiction_pages.router,
        app.analysis.coverage_pages.router,
        app.analysis.package_pages.router,
        app.analysis.timeline_pages.router,
        app.looks.pages.router,
        app.corrections.pages.router,
        app.alerts.form_pages.router,
        app.alerts.pages.router,
        app.alerts.receiver_pages.router,
        app.proposals.figures_pages.router,
        app.proposals.own_pages.router,
        app.proposals.inbox_pages.router,
        app.proposals.pages.router,
        app.proposals.repeats_pages.router,
        app.review.pages.router,
        app.review.drafts_pages.router,
        app.double_coding.pages.router,
        app.sources.pages.router,
        app.sources.edit_pages.router,
        app.desk.pages.router,
        app.desk.worklist_pages.router,
        app.quotes.pages.router,
        app.position_form.pages.router,
        app.position_form.lifecycle_pages.router,
        app.position_form.lookup_pages.router,
    ):
        made.include_router(router, dependencies=of_pages)
    made.mount("/static", StaticFiles(directory=STATIC), name="static")
    return made


def attach(
    made: FastAPI, settings: Settings, database_url: str, engine: AsyncEngine | None = None
) -> None:
    """Give a new state to an application that is not running.

    The state holds the settings, the database, the response cache, and the listeners for events.
    """
    state = made.state = State()
    state.settings = settings
    state.is_own_process = False
    state.database_url = plain_url(database_url)
    state.cache = Cache(shared_mark(os.environ.get(FOLDER)))
    state.lines = Lines(settings.pool_size)
    state.bell = Bell()
    state.queued = Bell()  # for what alerts are to send, without a change in the log
    state.stopping = Stopping(state.bell)
    state.engine = engine or make_engine(
        database_url, pool_size=settings.pool_size, pool_wait_seconds=settings.pool_wait_seconds
    )
    state.sessions = make_sessions(state.engine)
    state.replicas = _replicas(state)
    state.probe = Probe(database_url, strict=not settings.unsafe_database)
    state.listeners = Listeners(state.bell, state.stopping, state.sessions)


def _replicas(state: State) -> Replicas | None:
    """Return the replicas that strangers read from, if there are any."""
    settings: Settings = state.settings
    if settings.database_read_url is None:
        return None
    made = [
        Replica(url, settings.pool_size, settings.pool_wait_seconds)
        for url in split(settings.database_read_url)
    ]
    return Replicas(state.cache, state.database_url, made, settings.replica_seconds)


def from_environment() -> FastAPI:
    """Make the application in each process of uvicorn; `parley serve` sets DATABASE_URL."""
    configure_logs()
    settings = Settings()
    if settings.database_url is None:
        raise RuntimeError("DATABASE_URL is not set; start the program with `parley serve`.")
    made = create_app(settings, settings.database_url)
    made.state.is_own_process = True
    # All objects made so far are permanent. The garbage collector would scan them again and again,
    # each time for 100 ms during which no request is answered.
    gc.collect()
    gc.freeze()
    return made
