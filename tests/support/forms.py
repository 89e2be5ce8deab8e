"""Act as a browser without scripts: read the fields of a form, and send them with a button."""

from dataclasses import dataclass
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from tests.support.factories import Desk


@dataclass(frozen=True)
class Sheet:
    """A page with a form, as a user sees it."""

    desk: Desk
    status: int
    html: LexborHTMLParser
    action: str
    values: dict[str, str]
    location: str | None = None

    @classmethod
    def open(cls, desk: Desk, path: str, **query: Any) -> "Sheet":
        """GET a page as an account, and read its form."""
        return cls.read(desk, desk.page(path, **query))

    @classmethod
    def read(cls, desk: Desk, answer: Any) -> "Sheet":
        """Read the form of a response, and where it redirects to."""
        html = LexborHTMLParser(answer.text)
        form = html.css_first("#position-form") or html.css_first("main form")
        action = form.attributes["action"] if form else ""
        return cls(
            desk,
            answer.status_code,
            html,
            action or "",
            fields(form) if form else {},
            answer.headers.get("location"),
        )

    def send(self, do: str, **changes: str) -> "Sheet":
        """Press a button with some fields changed; `None` unticks a box.

        Double underscores stand for hyphens of field names.
        """
        named = {name.replace("__", "-"): value for name, value in changes.items()}
        return self.post(do, {**self.values, **named})

    def post(self, do: str, values: dict[str, str]) -> "Sheet":
        """Send these fields and a button to the form's address."""
        headers = {"Authorization": f"Bearer {self.desk.token}"} if self.desk.token else {}
        sent = {k: v for k, v in values.items() if v is not None} | {"do": do}
        return self.read(self.desk, self.desk.client.post(self.action, data=sent, headers=headers))

    def follow(self) -> "Sheet":
        """Open the page to which the response redirects."""
        assert self.status == 303, (self.status, self.text("main"))
        assert self.location
        path, _, query = self.location.partition("?")
        return self.open(
            self.desk, path, **dict(part.split("=", 1) for part in query.split("&") if part)
        )

    def text(self, selector: str) -> str:
        """Return the words of the first element that matches, with single spaces."""
        found = self.html.css_first(selector)
        return " ".join(found.text(separator=" ").split()) if found else ""

    @property
    def problems(self) -> dict[str, str]:
        """Return each problem of the summary by the field that it links to."""
        links = self.html.css(".problem a")
        return {
            (a.attributes["href"] or "").removeprefix("#field-"): a.text(strip=True) for a in links
        }

    @property
    def number(self) -> int:
        """Return the id of the position that was saved."""
        assert self.status == 303, (self.status, self.text("main"))
        return int((self.location or "").split("/")[2])


def fields(form: LexborNode) -> dict[str, str]:
    """Return what a browser would send of a form, without its buttons."""
    sent: dict[str, str] = {}
    for node in form.css("input, textarea, select"):
        name, kind = node.attributes.get("name"), node.attributes.get("type")
        if not name or (kind in ("checkbox", "radio") and "checked" not in node.attributes):
            continue
        if node.tag == "select":
            chosen = node.css_first("option[selected]") or node.css_first("option")
            sent[name] = (chosen.attributes.get("value") or "") if chosen else ""
        elif node.tag == "textarea":
            sent[name] = node.text().removeprefix("\n")
        else:
            sent[name] = node.attributes.get("value") or ""
    return sent
