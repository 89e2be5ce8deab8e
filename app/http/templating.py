"""Render pages: one environment that escapes whatever the file is called, `page` for whole pages and fragments."""

import hashlib
from collections.abc import Mapping
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from babel import Locale
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from app.core import dates
from app.core.site_names import show_address

ROOT = Path(__file__).resolve().parents[2]
TEMPLATES = ROOT / "templates"
STATIC = ROOT / "static"
LANGUAGES = Locale("en").languages  # by their codes, such as "uk" or "nds"


def day(text: str) -> str:
    """Write an imprecise date out: "13 March 2025", "March 2025", "2025"."""
    return dates.display(text)


def day_short(text: str, beside: str | None = None) -> str:
    """Write an imprecise date briefly, without its year where that is the year of `beside`: "13 Mar"."""
    return dates.display_short(text, year=int(beside[:4]) if beside else None)


def instant(text: str) -> str:
    """Write an instant of the log to the minute: "13 March 2025, 09:30 UTC"."""
    moment = datetime.fromisoformat(text).astimezone(UTC)
    return f"{dates.display(moment.date().isoformat())}, {moment:%H:%M} UTC"


def ago(text: str, as_of: str) -> str:
    """Say how old an imprecise date is at `as_of`, no finer than it is: "3 days", "8 months"; empty if not yet."""
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
    """Name a firmness for readers: "Red line"."""
    return value.replace("_", " ").capitalize()


def words(value: str) -> str:
    """Turn a closed set's value into plain words: "never_searched" to "never searched"."""
    return value.replace("_", " ")


def language(code: str) -> str:
    """Name a language by its code, which stands for itself where we have no name."""
    return LANGUAGES.get(code.split("-")[0].lower(), code)


def web(url: str | None) -> str:
    """Let an address through only if it is one of the web's; else nothing, so that it cannot become a link."""
    return url if url and urlsplit(url).scheme in {"http", "https"} else ""


def plural(count: int, one: str, many: str = "") -> str:
    """Count things: "1 party", "1,200 parties"."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def query(filters: Mapping[str, Any], **changes: Any) -> str:
    """Write parameters as a query, `?` included, empty ones left out; `changes` replace those of `filters`."""
    merged = {**filters, **changes}
    pairs = []
    for name, value in merged.items():
        for one in value if isinstance(value, list | tuple | set) else [value]:
            if one is not None and one != "" and one is not False:
                pairs.append((name, "1" if one is True else str(one)))
    return f"?{urlencode(pairs)}" if pairs else ""


def toggled(filters: Mapping[str, Any], name: str, value: str) -> list[str]:
    """Put `value` into the list that `name` holds, or take it out."""
    held = [str(one) for one in filters.get(name) or []]
    return [one for one in held if one != value] if value in held else [*held, value]


def static(path: str) -> str:
    """Give the address of one of our files, with a hash of its content, so that it may be kept for ever."""
    file = STATIC / path
    try:
        stat = file.stat()
    except FileNotFoundError:  # not set up yet: the page still works, only plainer
        return f"/static/{path}"
    return f"/static/{path}?v={_digest(file, stat.st_mtime_ns, stat.st_size)}"


@lru_cache(maxsize=256)
def _digest(file: Path, _mtime: int, _size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:10]


def environment() -> Environment:
    """Make the environment that every template is rendered in."""
    made = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "day": day, "day_short": day_short, "instant": instant, "ago": ago, "firmness_label": firmness_label,
        "words": words, "language": language, "web": web, "address": show_address,
    }  # fmt: skip
    made.globals |= {"static": static, "query": query, "toggled": toggled, "plural": plural}
    return made


@lru_cache(maxsize=1)
def templates() -> Environment:
    """The one environment of this process."""
    return environment()


def provide(**values: Any) -> None:
    """Hand templates what core must not import, once, where the app is put together: `provide(pictures=pictures)`."""
    templates().globals |= values


def is_partial(request: Request) -> bool:
    """Does htmx ask for a fragment? Boosted links and restored history want the whole page."""
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
) -> HTMLResponse:
    """Answer with a page, or with `fragment` alone where htmx asks for a part; both get the same context."""
    partial = fragment is not None and is_partial(request)
    defaults: dict[str, Any] = {
        "request": request,
        "partial": partial,
        "status": status,
        "viewer": getattr(request.state, "viewer", None),
        "nav": [],
        "negotiation": None,
        "cite": None,
    }
    template = templates().get_template(fragment if partial and fragment else name)
    answer = HTMLResponse(template.render({**defaults, **context}), status_code=status)
    answer.headers["Vary"] = "HX-Request, HX-Request-Type"
    for key, value in (headers or {}).items():
        answer.headers[key] = value
    return answer
