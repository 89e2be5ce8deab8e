"""Say on the next page what was done to the code book; the address names it, never its words."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import Request
from starlette.responses import RedirectResponse, Response

from app.http.last_done import is_ours

WORDS = {"added": "Added: {}.", "saved": "Saved: {}.", "moved": "Moved: {}."}


@dataclass(frozen=True, slots=True)
class Told:
    """What was done, and to what: "issues/kursk", or "" for nothing."""

    words: str = ""
    about: str = ""

    @property
    def place(self) -> str:
        """Return the section that it belongs to: "issues", "parties", "options" or another."""
        return self.about.partition("/")[0]


def seen(path: str, did: str = "", about: str = "") -> Response:
    """Redirect to a page that shows what was saved, and says so if it is named."""
    page, mark, section = path.partition("#")
    query = f"?{urlencode({'did': did, 'it': about})}" if did else ""
    return RedirectResponse(f"{page}{query}{mark}{section}", 303)


def told(request: Request, names: Mapping[str, str]) -> Told:
    """Return what the address says was done, if this site says so and it is one of these things."""
    did, about = (request.query_params.get(name, "") for name in ("did", "it"))
    if request.method != "GET" or not is_ours(request.headers):
        return Told()
    if did not in WORDS or about not in names:
        return Told()
    return Told(WORDS[did].format(names[about]), about)
