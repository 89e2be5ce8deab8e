"""Test that each template renders the invented negotiation, escapes text, and obeys the policy."""

import re
from dataclasses import fields, is_dataclass, replace
from types import SimpleNamespace
from typing import Any

import pytest
from selectolax.lexbor import LexborHTMLParser
from starlette.requests import Request

from app.http import templating
from app.matrix import formatting, move_labels, signs
from app.positions import phrases
from tests.templates import invented
from tests.templates.pages import PAGES, with_part

FRAGMENTS = {"panel", "error-fragment", "search-typing"}
# Values that decide what is rendered, or are part of addresses; all other text becomes hostile.
KEPT = {
    "slug",
    "party",
    "issue",
    "firmness",
    "attitudes",
    "inferred",
    "attributed_by",
    "act",
    "status",
    "verification",
    "kind",
    "silence",
    "move",
    "state",
    "by_state",
    "counts",
    "easiest",
    "found",  # of packages: slugs, and a condition that is hostile already
    "supposed",
    "stage",
    "accepted_by",
    "rejected_by",
    "silent",
    "elsewhere",
    "stands",
    "searched",
    "possible",
    "option",
    "role",
    "type",
    "language",
    "translated_from",
    "uid",
    "known_at",
    "as_of",
    "recorded_at",
    "stated_on",
    "stated_from",
    "stated_by",
    "said_on",
    "published_on",
    "accessed_on",
    "looked_on",
    "coded_through",
    "possible_stated_on",
    "ticks",
    "last",
    "newest",
    "days",
    "filters",
    "nav",
    "names",
    "versions",
    "next_url",
    "previous_url",
    "url",
    "archive_url",
    "link",
    "permalink",
    "style",
    "view",
    "read_at",
    "news",
    "site",
    "full",
}


def request(**headers: str) -> Request:
    raw = [(name.lower().encode(), value.encode()) for name, value in headers.items()]
    return Request(
        {
            "type": "http",
            "method": "GET",
            "path": "/n/sarn",
            "query_string": b"",
            "headers": raw,
            "server": ("test", 80),
            "scheme": "http",
            "state": {},
        }
    )


@pytest.fixture(autouse=True, scope="module")
def given_pictures() -> None:
    """Provide the modules that templates use, as the application does."""
    templating.provide(pictures=formatting, marks=move_labels, signs=signs, phrases=phrases)


def render(name: str, context: dict[str, Any]) -> str:
    values = with_part(name, invented.drawn(context))
    return bytes(templating.page(request(), name, **values).body).decode()


def hostile(value: Any, name: str = "") -> Any:
    """Append the marker to every text that a user may have typed."""
    if name in KEPT:
        return value
    if isinstance(value, str):
        return value + invented.HOSTILE
    if is_dataclass(value) and not isinstance(value, type):
        return replace(
            value,
            **{
                field.name: hostile(getattr(value, field.name), field.name)
                for field in fields(value)
            },
        )
    if isinstance(value, SimpleNamespace):
        return SimpleNamespace(**{key: hostile(one, key) for key, one in vars(value).items()})
    if isinstance(value, dict):
        return {key: hostile(one, str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(hostile(one) for one in value)
    return value


@pytest.mark.parametrize("page", PAGES)
def test_keeps_to_the_policy_and_has_a_title_and_one_heading(page: str) -> None:
    name, context = PAGES[page]
    tree = LexborHTMLParser(render(name, context))
    assert not tree.css("[style], style")
    assert all(script.attributes.get("src") and not script.text() for script in tree.css("script"))
    assert not [
        node.tag
        for node in tree.css("*")
        for attribute in node.attributes
        if attribute.startswith(("on", "hx-on"))
    ]
    if page not in FRAGMENTS:
        title = tree.css_first("title")
        assert title and title.text().strip().removesuffix("· Parley").strip()
        assert len(tree.css("h1")) == 1 and tree.css_first("h1").text().strip()
    ids = [node.attributes["id"] for node in tree.css("[id]")]
    assert len(ids) == len(set(ids))
    known = set(ids)
    for node in tree.css("[aria-describedby]"):
        assert set((node.attributes["aria-describedby"] or "").split()) <= known


@pytest.mark.parametrize("page", PAGES)
def test_escapes_whatever_somebody_typed(page: str) -> None:
    name, context = PAGES[page]
    html = render(name, hostile(context))
    assert "<script>alert" not in html and "<b>&" not in html
    assert not re.search(r"\"'><b>", html)


@pytest.mark.parametrize("page", PAGES)
def test_links_only_to_the_web_and_to_ourselves(page: str) -> None:
    name, context = PAGES[page]
    for link in LexborHTMLParser(render(name, context)).css("[href]"):
        assert (link.attributes["href"] or "").startswith(
            ("/", "http://", "https://", "#", "mailto:", "?")
        )


def test_an_address_that_is_none_of_the_webs_is_not_a_link() -> None:
    name, context = PAGES["quote"]
    source = replace(context["quote"].source, url="javascript:alert(1)")
    html = render(
        name,
        {**context, "quote": replace(context["quote"], source=source, link="javascript:alert(1)")},
    )
    assert "javascript:" not in html


@pytest.mark.parametrize("template", sorted(templating.templates().list_templates()))
def test_the_first_line_names_the_variables(template: str) -> None:
    assert (templating.TEMPLATES / template).read_text().startswith("{#")


def test_cells_carry_what_clients_read() -> None:
    tree = LexborHTMLParser(render(*PAGES["matrix"]))
    filled = tree.css("td[data-position]")
    assert len(filled) == len(invented.FILLED)
    cell = tree.css_first("td[data-party=borsk][data-issue=gauge]")
    link = cell.css_first("a")
    assert link.attributes["href"] == "/n/sarn/cells/borsk/gauge"
    words = " ".join(link.text().split())
    for part in (
        "Borsk on Track gauge",
        "1,520 mm",
        "accepts dual gauge only if Aldria pays for it",
        "Demand",
        "9 Mar 2031",
    ):
        assert part in words
    silent = tree.css("td[data-party]:not([data-position])")
    assert len(silent) == len(invented.PARTIES) * len(invented.ISSUES) - len(filled)
    assert not any(cell.css_first("a.cell") for cell in silent)


def test_silence_that_was_searched_never_looked_and_hidden_are_told_apart() -> None:
    tree = LexborHTMLParser(
        render(
            "matrix/show.html",
            invented.matrix(grid=invented.FILTERED, filters={"firmness": ["red_line"]}),
        )
    )
    assert (
        "hidden by the filter" in tree.css_first("td[data-party=cantal][data-issue=gauge]").text()
    )
    assert "looked" not in tree.css_first("td[data-party=harbour][data-issue=gauge]").text()
    whole = LexborHTMLParser(render(*PAGES["matrix"]))
    assert (
        "nothing found · searched 14 Mar"
        in whole.css_first("td[data-party=dorrin][data-issue=bridge]").text()
    )
    assert "not yet looked" in whole.css_first("td[data-party=harbour][data-issue=gauge]").text()


def test_a_partial_request_gets_the_fragment_and_says_what_it_varies_on() -> None:
    answer = templating.page(
        request(**{"HX-Request": "true", "HX-Request-Type": "partial"}),
        "matrix/cell.html",
        fragment="matrix/_panel.html",
        **invented.drawn(invented.one_cell(partial=True)),
    )
    assert bytes(answer.body).decode().lstrip().startswith('<div class="opened"')
    assert answer.headers["Vary"] == "HX-Request, HX-Request-Type"
    whole = templating.page(
        request(**{"HX-Request": "true", "HX-Request-Type": "full"}),
        "matrix/cell.html",
        fragment="matrix/_panel.html",
        **invented.drawn(invented.one_cell()),
    )
    assert b"<!doctype html>" in whole.body


def test_types_come_in_six_sizes_only() -> None:
    css = "\n".join(file.read_text() for file in sorted((templating.STATIC / "css").glob("*.css")))
    sizes = set(re.findall(r"font-size:\s*([^;}]+)", css)) | set(
        re.findall(r"font:\s*[0-9]+ ([^ /;]+)", css)
    )
    # Of size 0 are words that stay for screen readers.
    allowed = {f"var(--s{n})" for n in range(6)} | {"8pt", "10pt", "0"}
    assert {size.strip() for size in sizes} <= allowed
