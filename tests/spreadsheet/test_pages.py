"""Test the import page: a file is checked first, nothing is stored before it is confirmed.

Then all of it is stored.
"""

from typing import Any

import pytest

from tests.datapackage.packages import commits
from tests.spreadsheet.make import other, said, sheet
from tests.support.factories import Desk
from tests.support.fixtures import Lake
from tests.support.forms import Sheet as Form


def choose(desk: Desk, data: bytes, name: str = "lake.csv") -> Form:
    got = desk.browse("POST", "/n/lake/import", files={"file": (name, data, "text/csv")})
    return Form.read(desk, got)


def rows(form: Form) -> list[tuple[str, str]]:
    found = form.html.css(".rows-of-sheet tbody tr")
    return [
        (r.css_first("th").text(), r.css_first("td").text(separator=" ").strip()) for r in found
    ]


def confirm(form: Form, **changes: str) -> Any:
    got = form.desk.browse(
        "POST", "/n/lake/import", data={**form.values, "do": "import", **changes}
    )
    return Form.read(form.desk, got)


def test_a_file_is_looked_over_and_then_taken_in(lake: Lake) -> None:
    before = commits(lake.database.url)
    looked = choose(lake.ada, sheet(said(), other(), delimiter=";"))
    assert (
        looked.status == 200
        and "semicolons" in looked.text(".lede")
        and "2 new positions" in looked.text(".lede")
    )
    assert rows(looked) == [("2", "new position"), ("3", "new position")]
    assert commits(lake.database.url) == before
    done = confirm(looked)
    assert done.status == 303 and done.location == "/n/lake/import?new=2&same=0"
    assert "2 positions were imported" in done.follow().text(".notice")
    assert commits(lake.database.url) == before + 1
    assert lake.stranger.cell()["position"]["recorded_by"] == "ada"
    again = choose(lake.ada, sheet(said(), other()))
    assert rows(again) == [("2", "already in Parley"), ("3", "already in Parley")]
    assert again.html.css_first("button[value=import]") is None


def test_every_fault_stands_at_its_row_and_keeps_all_out(lake: Lake) -> None:
    looked = choose(lake.ada, sheet(said(), other(party="<b>", firmness="very")))
    assert looked.status == 422 and rows(looked)[0] == ("2", "new position")
    line, told = rows(looked)[1]
    assert line == "3" and "there is no party “<b>”" in told
    assert looked.html.css_first("button[value=import]") is None
    refused = confirm(looked)
    assert refused.status == 422 and lake.stranger.get("/positions").data == []


def test_what_the_file_does_not_tell_is_asked(lake: Lake) -> None:
    looked = choose(
        lake.ada, sheet(said(summary="Сорок", stated_on="4/5/2024"), encoding="windows-1251")
    )
    assert looked.status == 422 and "Сорок" in looked.text("fieldset")
    looked = confirm(looked, encoding="windows-1251")
    assert looked.status == 422 and "Day first" in looked.text("fieldset")
    looked = confirm(looked, dates="mdy", do="check")
    assert looked.status == 200 and lake.stranger.get("/positions").data == []
    assert confirm(looked).status == 303
    assert lake.stranger.cell()["position"]["stated_on"] == "2024-04-05"


@pytest.mark.parametrize("kept", ["x", "AAAA", "eJw="])
def test_what_does_not_come_along_whole_is_refused(lake: Lake, kept: str) -> None:
    got = lake.ada.browse(
        "POST", "/n/lake/import", data={"kept": kept, "name": "a.csv", "do": "import"}
    )
    assert got.status_code == 422 and "choose" in got.text
    assert lake.ada.browse("POST", "/n/lake/import", data={}).status_code == 422
    assert lake.ada.browse("POST", "/n/nowhere/import", data={}).status_code == 404


def test_a_sign_in_that_ran_out_loses_nothing(lake: Lake) -> None:
    got = lake.stranger.browse(
        "POST", "/n/lake/import", files={"file": ("lake.csv", sheet(said()), "text/csv")}
    )
    assert got.status_code == 401 and "kept" in got.text


def test_editors_are_led_to_it(lake: Lake) -> None:
    for page in ("/n/lake/desk", "/n/lake/code-book"):
        assert 'href="/n/lake/import"' in lake.ada.page(page).text
