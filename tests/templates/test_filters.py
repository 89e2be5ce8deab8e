"""Test the filters and globals of templates."""

import pytest

from app.http import templating


@pytest.mark.parametrize(
    ("then", "now", "said"),
    [
        ("2031-03-14", "2031-03-14", "the same day"),
        ("2031-03-13", "2031-03-14", "1 day"),
        ("2031-03-01", "2031-03-14", "13 days"),
        ("2031-03-15", "2031-03-14", ""),
        ("2031-01-14", "2031-03-14", "2 months"),
        ("2031-03", "2031-03-14", "the same month"),
        ("2030-08", "2031-03-14", "7 months"),
        ("2029-01-01", "2031-03-14", "2 years"),
        ("2030", "2031-03-14", "1 year"),
        ("2031", "2031-03-14", "the same year"),
    ],
)
def test_ago(then: str, now: str, said: str) -> None:
    assert templating.ago(then, now) == said


def test_dates() -> None:
    assert templating.day("2031-03-14") == "14 March 2031"
    assert templating.day_short("2031-03-14", "2031-12-31") == "14 Mar"
    assert templating.day_short("2030-03-14", "2031-12-31") == "14 Mar 2030"
    assert templating.instant("2031-03-14T23:30:00.000000Z") == "14 March 2031, 23:30 UTC"


def test_query_leaves_out_what_is_empty_and_repeats_lists() -> None:
    assert (
        templating.query({"party": ["a", "b"], "q": "", "known_at": None, "transpose": True})
        == "?party=a&party=b&transpose=1"
    )
    assert templating.query({"as_of": "2031-03-14"}, as_of=None) == ""
    assert templating.query({}, q='"&<') == "?q=%22%26%3C"


def test_toggled() -> None:
    assert templating.toggled({}, "firmness", "open") == ["open"]
    assert templating.toggled({"firmness": ["open", "demand"]}, "firmness", "open") == ["demand"]


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://a.example/", True),
        ("javascript:alert(1)", False),
        ("//a.example", False),
        ("data:text/html,x", False),
        (None, False),
    ],
)
def test_web(url: str | None, kept: bool) -> None:
    assert bool(templating.web(url)) is kept


def test_static_addresses_change_with_the_content() -> None:
    assert templating.static("css/base.css").startswith("/static/css/base.css?v=")
    assert templating.static("css/no-such.css") == "/static/css/no-such.css"
