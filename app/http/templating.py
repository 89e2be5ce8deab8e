"""Render pages: one environment that always escapes, and `page` for pages and fragments."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from app.core import dates
from app.core.gently import gently
from app.core.site_names import show_address
from app.http.conditional import not_modified
from app.http.embedding import outward
from app.http.last_done import is_ours

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"


def day(text: str) -> str:
    """Format an imprecise date: "13 March 2025", "March 2025", "2025"."""
    return dates.display(text)


def day_short(text: str, beside: str | None = None) -> str:
    """Format an imprecise date briefly, without the year if `beside` has the same: "13 Mar"."""
    return dates.display_short(text, year=int(beside[:4]) if beside else None)


def instant(text: str) -> str:
    """Format an instant of the log to the minute: "13 March 2025, 09:30 UTC"."""
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return f"{dates.display(moment.date().isoformat())}, {moment:%H:%M} UTC"


def ago(text: str, as_of: str) -> str:
    """Return the age of an imprecise date at `as_of`, no finer than the date: "3 days", "8 months".

    Empty if it is later than `as_of`.
    """
    then, now = (list(map(int, value.split("-"))) for value in (text, as_of))
    if len(then) == 3:
        days = (date(*now) - date(*then)).days
        if days < 0:
            return ""
        if days < 45:
            return "the same day" if days == 0 else "1 day" if days == 1 else f"{days} days"
    months = (now[0] - then[0]) * 12 + (now[1] - then[1] if len(then) > 1 else 0)
    if months < 0:
        return ""
    if len(then) == 1 or months >= 24:
        years = months // 12
        return "the same year" if years == 0 else "1 year" if years == 1 else f"{years} years"
    return "the same month" if months == 0 else "1 month" if months == 1 else f"{months} months"


def firmness_label(value: str) -> str:
    """Name a firmness for readers, as in "Red line"."""
    return value.replace("_", " ").capitalize()


def words(value: str) -> str:
    """Convert an enum value to plain words: "never_searched" to "never searched"."""
    return value.replace("_", " ")


@lru_cache(maxsize=1)
def languages() -> Mapping[str, str]:
    """Return the English names of languages by code, such as "uk" or "nds"."""
    from babel import Locale  # two megabytes of names

    return Locale("en").languages


def language(code: str) -> str:
    """Name a language in English by its code; an unknown code is returned as it is."""
    return languages().get(code.split("-")[0].lower(), code)


def web(url: str | None) -> str:
    """Return a web address, or "" for any other, so that it cannot become a link."""
    return url if url and urlsplit(url).scheme in {"http", "https"} else ""


def plural(count: int, one: str, many: str = "") -> str:
    """Count things, as in "1 party" or "1,200 parties"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def query(filters: Mapping[str, Any], **changes: Any) -> str:
    """Return a query string with `?`, without empty parameters; `changes` override `filters`."""
    merged = {**filters, **changes}
    pairs = []
    for name, value in merged.items():
        for one in value if isinstance(value, list | tuple | set) else [value]:
            if one is not None and one != "" and one is not False:
                pairs.append((name, "1" if one is True else str(one)))
    return f"?{urlencode(pairs)}" if pairs else ""


def toggled(filters: Mapping[str, Any], name: str, value: str) -> list[str]:
    """Return the list `name` of the filters with `value` added, or removed if it was there."""
    held = [str(one) for one in filters.get(name) or []]
    return [one for one in held if one != value] if value in held else [*held, value]


@lru_cache(maxsize=256)
def static(path: str) -> str:
    """Return the URL of a static file with a hash of its content, to be cached forever.

    A process reads each file once: whoever changes one restarts it.
    """
    try:
        content = (STATIC / path).read_bytes()
    except FileNotFoundError:  # not set up yet: the page works, but less well
        return f"/static/{path}"
    return f"/static/{path}?v={hashlib.sha256(content).hexdigest()[:10]}"


def environment() -> Environment:
    """Make the environment in which all templates are rendered."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters |= {
        "day": day, "day_short": day_short, "instant": instant, "ago": ago,
        "firmness_label": firmness_label, "words": words, "language": language, "web": web,
        "address": show_address, "outward": outward,
    }  # fmt: skip
    made.globals |= {
        "static": static, "query": query, "toggled": toggled, "plural": plural, "is_ours": is_ours,
    }  # fmt: skip
    return made


@lru_cache(maxsize=1)
def templates() -> Environment:
    """Return the one environment of this process."""
    return environment()


def provide(**values: Any) -> None:
    """Give templates values that this package must not import, once, when the app is assembled.

    For example `provide(pictures=pictures)`.
    """
    templates().globals |= values


def is_partial(request: Request) -> bool:
    """Tell whether htmx asks for a fragment; boosted links and restored history need the page."""
    return request.headers.get("HX-Request-Type") == "partial"


def page(
    request: Request,
    name: str,
    /,
    *,
    fragment: str | None = None,
    status: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> Response:
    """Answer with a page, or only with `fragment` if htmx asks for a part.

    Both are rendered with the same context. To a stranger who has the page already: 304.
    """
    template, values = _chosen(request, name, fragment, {"status": status, **context})
    return answered(request, template.render(values), status, headers)


def drawn(request: Request, name: str, /, **context: Any) -> str:
    """Return a page as text, to be kept and answered with `answered`."""
    template, values = _chosen(request, name, None, {"status": 200, **context})
    return template.render(values)


async def long_page(
    request: Request, name: str, /, *, fragment: str | None = None, **context: Any
) -> Response:
    """Answer with a page that may be very long: drawn in steps, so that others are answered."""
    template, values = _chosen(request, name, fragment, {"status": 200, **context})
    pieces = [piece async for piece in gently(template.generate(values))]
    return answered(request, "".join(pieces))


async def long_part(name: str, /, **context: Any) -> Markup:
    """Return a part of a page that knows neither the request nor the reader, drawn in steps."""
    template = templates().get_template(name)
    pieces = [piece async for piece in gently(template.generate(context))]
    return Markup("".join(pieces))  # noqa: S704 (templates have escaped it)


def _chosen(
    request: Request, name: str, fragment: str | None, context: dict[str, Any]
) -> tuple[Template, dict[str, Any]]:
    """Return the template to render, with all its values."""
    partial = fragment is not None and is_partial(request)
    defaults: dict[str, Any] = {
        "request": request,
        "partial": partial,
        "viewer": getattr(request.state, "viewer", None),
        "nav": [],
        "negotiation": None,
        "invented": False,
        "cite": None,
    }
    template = templates().get_template(fragment if partial and fragment else name)
    return template, {**defaults, **context}


def answered(
    request: Request, content: str, status: int = 200, headers: Mapping[str, str] | None = None
) -> Response:
    """Answer with a page; to a stranger who has it already: 304."""
    answer = HTMLResponse(content, status_code=status)
    answer.headers["Vary"] = "HX-Request, HX-Request-Type"
    for key, value in (headers or {}).items():
        answer.headers[key] = value
    # Of pages for one user, browsers keep nothing that they could ask about.
    stranger = getattr(request.state, "viewer", None) is None
    return not_modified(request, answer) if stranger else answer
