"""Test the work list of sources: to read, being read by whom, coded, or nothing to code and why."""

import re
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from tests.support.factories import quote, source
from tests.support.fixtures import Lake
from tests.support.worlds import connect

LIST = "/n/lake/desk"


def add(lake: Lake, **more: object) -> int:
    return lake.ada.post("/sources", source(**more)).data["id"]


def stages(lake: Lake, path: str = LIST) -> dict[str, str]:
    """Return the state of each source by its title."""
    rows = LexborHTMLParser(lake.ada.page(path).text).css(".worklist tbody tr:has(th)")
    return {
        r.css_first("th a").text(): re.sub(r"\s+", " ", r.css_first("td:last-child").text()).strip()
        for r in rows
    }


def counts(lake: Lake) -> dict[str, int]:
    links = LexborHTMLParser(lake.ada.page(LIST).text).css(".stages a")
    return {(m := re.match(r"(.*?) ([0-9]+)$", a.text().strip()))[1]: int(m[2]) for a in links}


def say(lake: Lake, number: int, do: str, who: str = "ada", version: int = 0, **more: str) -> Any:
    return lake.desks[who].browse(
        "POST", f"{LIST}/{number}/reading", data={"do": do, "version": str(version), **more}
    )


def test_a_source_goes_from_to_read_to_coded(lake: Lake) -> None:
    number = add(lake, title="Paper")
    assert stages(lake)["Paper"].startswith("to read")
    for _ in range(2):  # pressed twice
        assert say(lake, number, "reading").status_code == 303
    assert stages(lake)["Paper"] == "being read by you"
    assert "ada is reading it" in lake.bo.page(f"{LIST}/{number}").text
    lake.ada.state(quotes=[quote("Words", source_id=number)], status="draft")
    assert stages(lake)["Paper"] == "being read by you"
    assert say(lake, number, "read", version=1).status_code == 303
    assert stages(lake)["Paper"] == "in progress"
    lake.ada.state("south")
    assert stages(lake)["Talks resume"] == "coded"
    assert counts(lake) == {
        "all": 2, "to read": 0, "being read": 0, "in progress": 1, "coded": 1,
        "nothing to code": 0,
    }  # fmt: skip
    assert list(stages(lake, f"{LIST}?stage=coded")) == ["Talks resume"]
    assert lake.ada.page(f"{LIST}?stage=burnt").status_code == 422


def test_what_is_read_for_nothing_needs_a_reason_and_keeps_it(lake: Lake) -> None:
    number = add(lake, title="Папір")
    refused = say(lake, number, "read", reason="  \n")
    assert refused.status_code == 422 and "enter why there is nothing to code" in refused.text
    assert say(lake, number, "read", reason="Лише про <погоду>").status_code == 303
    assert "nothing to code: Лише про <погоду>" in stages(lake)["Папір"]
    coverage = lake.bo.page("/n/lake/coverage").text
    assert "Лише про &lt;погоду&gt;" in coverage and "where=%D0%9F" in coverage
    assert "Папір" in lake.ada.page("/n/lake/looks/new?where=Папір").text
    lake.ada.state(quotes=[quote("Words", source_id=number)])
    assert stages(lake)["Папір"] == "coded"  # whatever state was set before
    too_long = say(lake, number, "read", version=1, reason="x" * 60_000)
    assert too_long.status_code == 422


def test_the_second_of_two_readers_is_told_of_the_first_and_loses_no_word(lake: Lake) -> None:
    number = add(lake)
    assert say(lake, number, "reading", "bo").status_code == 303
    late = say(lake, number, "read", "ada", reason="Only weather")
    text = late.text
    assert late.status_code == 412 and "bo is reading it" in text and "Only weather" in text
    assert say(lake, number, "read", "ada", version=1, reason="Only weather").status_code == 303
    assert say(lake, number, "to_read", "bo", version=2).status_code == 303
    assert say(lake, 999, "reading").status_code == 404


def test_it_is_in_the_log_and_no_reader_sees_it(lake: Lake) -> None:
    number = add(lake, title="Paper")
    before = lake.stranger.get("/changes", limit=500).data
    say(lake, number, "reading")
    say(lake, number, "read", version=1, reason="MARKER")
    with connect(lake.database.url) as connection:
        wanted = (
            "SELECT action, public, snapshot ->> 'state' FROM log_revision"
            " WHERE kind = 'reading' ORDER BY version"
        )
        assert connection.execute(wanted).fetchall() == [
            ("created", False, "reading"),
            ("corrected", False, "read"),
        ]
    assert lake.stranger.get("/changes", limit=500).data == before
    for path in ("/n/lake/coverage", f"/sources/{number}", "/search?q=MARKER", "/n/lake/feed.atom"):
        for desk in (lake.stranger, lake.vic):
            page = (
                desk.page(path)
                .text.replace("q=MARKER", "")
                .replace('value="MARKER"', "")
                .replace("“MARKER”", "")
            )
            assert "MARKER" not in page, path
    assert say(lake, number, "reading", "vic").status_code == 403
    assert say(lake, number, "reading", "stranger").status_code == 401


def test_what_was_typed_travels_through_a_sign_in(lake: Lake) -> None:
    number = add(lake)
    away = say(lake, number, "read", "stranger", reason="Only weather")
    assert away.status_code == 401 and "Only weather" in away.text
    back = say(lake, number, "refresh", reason="Only weather")
    assert back.status_code == 200 and "Only weather" in back.text
    assert stages(lake) != {} and "to read" in counts(lake)
