"""Serve the page on which anybody chooses changes: for a feed, or to be told of them."""

from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

from fastapi import Request, Response
from pydantic import ValidationError
from starlette.responses import RedirectResponse

from app.accounts.dependencies import Anyone, settings_of
from app.accounts.queries import Viewer
from app.alerts import actions, queries, words
from app.alerts.presenter import feed_address
from app.alerts.schemas import AlertInput
from app.core.clock import now
from app.core.errors import DomainError, Fault
from app.core.input_models import SlugInPath
from app.db.engine import Session, attempt
from app.forms.fields import Field, Kind, Texts, by_field, refused, typed
from app.forms.posted import Posted, Sent
from app.forms.resume import signed_out
from app.forms.sheet import Sheet
from app.http.origin import origin
from app.http.problems import body_faults
from app.http.routing import Router
from app.http.templating import page
from app.log.reader import moment
from app.matrix.move_labels import MEANINGS
from app.models.vocabulary import AlertChannel, AlertTells, MoveKind, UserRole
from app.negotiations.code_book import code_book, issue_views, negotiation_view, party_views
from app.negotiations.navigation import nav
from app.negotiations.views import IssueView

router = Router(prefix="/n/{slug}/alerts", include_in_schema=False)

MOST_OFFERED = 100  # parties or issues; who wants others comes from a page that is filtered
FEED = "feed"  # `do` of the button that only shows the feed
LISTS = {"party": "parties", "issue": "issues", "option": "options", "kind": "kinds"}
WORDS = Field(
    "q",
    "Words",
    hint="In the summary or the quotes; as in a search. Empty: any.",
    also=("words",),
)
TELLS = Field(
    "tells", "What to tell", Kind.CHOICE,
    choices=((AlertTells.MOVES, "Only moves, and each correction of what was told"),
             (AlertTells.EVERYTHING, "Everything that is published, corrected or retracted")),
    also=("kinds", "parties", "issues", "options", "negotiation"),
)  # fmt: skip
ADDRESS = Field(
    "address",
    "Address",
    hint="An e-mail address, or the URL of the webhook.",
    wrong="enter an e-mail address, or the URL of the webhook",
)


def _fields(channels: list[AlertChannel]) -> tuple[Field, ...]:
    choices = tuple((str(c), words.CHANNELS[c].capitalize()) for c in channels)
    return (WORDS, TELLS, Field("channel", "How", Kind.CHOICE, choices=choices), ADDRESS)


@router.get("/new")
async def offer_alert(
    request: Request, session: Session, viewer: Anyone, slug: SlugInPath
) -> Response:
    """Show the filter of the address, its feed and, to whoever is signed in, the form."""
    asked = request.query_params
    chosen = {name: asked.getlist(name) for name in LISTS}
    values = {"q": asked.get("q", "")[:200], "tells": asked.get("tells", ""), "address": ""}
    return await _form(request, session, viewer, slug, chosen, Sheet((), values))


@router.post("/new")
async def add_alert(
    request: Request, session: Session, viewer: Anyone, sent: Sent, slug: SlugInPath
) -> Response:
    """Save the alert, or show the feed of what is chosen."""
    chosen = {name: list(dict.fromkeys(sent.lists.get(name, []))) for name in LISTS}
    if sent.do == FEED:
        pairs = [(name, one) for name, ones in chosen.items() for one in ones]
        pairs += [(n, v) for n in ("q", "tells") if (v := sent.values.get(n, "").strip())]
        return RedirectResponse(f"/n/{slug}/alerts/new?{urlencode(pairs)}#feed", 303)
    if viewer is None:
        raise signed_out(sent)
    actions.own(viewer)
    sheet = Sheet((), typed(_fields(list(AlertChannel)), sent.values))
    if not sent.shown_again:
        sheet.errors, number = await _save(request, session, viewer, slug, sent, chosen)
        if number is not None:
            return RedirectResponse(f"/alerts/{number}?told=saved", 303)
        sheet.status = 422
    return await _form(request, session, viewer, slug, chosen, sheet)


async def _save(
    request: Request,
    session: Session,
    viewer: Viewer,
    slug: str,
    sent: Posted,
    chosen: Mapping[str, list[str]],
) -> tuple[Texts, int | None]:
    """Save the alert; return the errors by field, or its number."""
    values = sent.values
    given: dict[str, Any] = {
        "negotiation": slug,
        "tells": values.get("tells") or AlertTells.MOVES,
        "words": values.get("q") or None,
        "channel": values.get("channel", ""),
        "address": values.get("address", "").strip(),
        **{field: chosen[name] for name, field in LISTS.items()},
    }
    fields = _fields(list(AlertChannel))
    try:
        made = AlertInput.model_validate(given)
    except ValidationError as error:
        return by_field(fields, _faults(error, given), refused), None
    async with attempt(session) as refusals:
        row = await actions.make_alert(
            session,
            viewer=viewer,
            sent=made,
            settings=settings_of(request),
            site=origin(request),
            now=now(),
        )
    if not refusals:
        return {}, row.id
    return _refusal(refusals[0], fields), None


def _faults(error: ValidationError, given: Mapping[str, Any]) -> list[Fault]:
    """Return the faults; one of the whole is about what is told."""
    found = body_faults(error, given)
    return [fault if fault.where.strip("/") else Fault("/tells", fault.detail) for fault in found]


def _refusal(error: DomainError, fields: tuple[Field, ...]) -> Texts:
    return by_field(fields, error.faults, refused) or {"tells": error.detail}


async def _form(
    request: Request,
    session: Session,
    viewer: Viewer | None,
    slug: str,
    chosen: Mapping[str, list[str]],
    sheet: Sheet,
) -> Response:
    book = await code_book(session, await moment(session), slug)
    settings = settings_of(request)
    may = viewer is not None and viewer.may(UserRole.VIEWER)
    receivers = await queries.list_receivers(session) if may else []
    channels = [AlertChannel.MAIL, AlertChannel.DIGEST] if settings.mail_from else []
    channels += [AlertChannel.WEBHOOK] if receivers else []
    sheet.fields = _fields(channels)
    sheet.values = {"tells": "", "channel": "", "address": ""} | sheet.values
    pairs = [(name, one) for name in LISTS for one in chosen[name]]
    pairs += [(n, v) for n in ("q", "tells") if (v := sheet.values[n].strip())]
    issues = issue_views(book)
    return page(
        request,
        "alerts/new.html",
        status=sheet.status,
        negotiation=negotiation_view(book.negotiation),
        parties=_offered([_choice("party", p.slug, p.name, chosen) for p in party_views(book)]),
        issues=_offered([_choice("issue", i.slug, i.title, chosen) for i in issues]),
        options=_options(issues, chosen),
        most=MOST_OFFERED,
        kinds=[_choice("kind", k, f"{k}: {MEANINGS[k]}", chosen) for k in MoveKind],
        may=may,
        channels=channels,
        receivers=receivers,
        digest_hour=settings.digest_hour,
        feed=origin(request) + feed_address(slug, pairs),
        here=f"{request.url.path}?{urlencode(pairs)}" if pairs else request.url.path,
        sheet=sheet,
        nav=nav(slug),
    )


def _offered(choices: list[SimpleNamespace]) -> list[SimpleNamespace]:
    """Return the first choices, and all that are chosen already."""
    return [one for n, one in enumerate(choices) if n < MOST_OFFERED or one.on]


def _options(
    issues: Sequence[IssueView], chosen: Mapping[str, list[str]]
) -> list[tuple[str, list[SimpleNamespace]]]:
    """Return the options by issue: of the issues that are chosen, else of the first ones."""
    among = {i.slug for i in issues if i.slug in chosen["issue"]}
    among = among or {i.slug for i in issues[:MOST_OFFERED]}
    among |= {option.split("/")[0] for option in chosen["option"]}
    return [
        (i.title, [_choice("option", f"{i.slug}/{o.slug}", o.label, chosen) for o in i.options])
        for i in issues
        if i.slug in among
    ]


def _choice(name: str, value: str, label: str, chosen: Mapping[str, list[str]]) -> SimpleNamespace:
    return SimpleNamespace(name=name, value=value, label=label, on=value in chosen[name])
