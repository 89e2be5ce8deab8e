"""Test import and export of Discourse Network Analyzer files.

Files are mapped on a page, statements that do not fit are listed, and exports can be read.
"""

import sqlite3
from pathlib import Path

import anyio
import pytest

from app.core.errors import Invalid
from app.dna.reader import Discourse, read_dna
from app.dna.writer import encrypted
from tests.datapackage.packages import commits
from tests.dna.make import MILLISECONDS, SECONDS, SPANS, STATEMENTS, TEXT, dna
from tests.support.factories import OTHER_WORDS, WORDS, Desk
from tests.support.fixtures import Lake
from tests.support.forms import Sheet as Form


def read(data: bytes) -> Discourse:
    return anyio.run(read_dna, data)


@pytest.mark.parametrize("layout", [2, 3, 4])
def test_every_layout_is_read(tmp_path: Path, layout: int) -> None:
    found = read(dna(tmp_path / "a.dna", layout))
    assert found.variables == {
        "DNA Statement": {
            "person": "short text",
            "organization": "short text",
            "concept": "short text",
            "agreement": "boolean",
        }
    }
    first = found.statements[0]
    assert first.words() == SPANS["forty"]  # after a character of two UTF-16 units
    assert first.values == {
        "person": "Mara Venn",
        "organization": "The North",
        "concept": "40 %",
        "agreement": 1,
    }
    assert first.document and (first.document.date, first.document.text) == ("2024-05-14", TEXT)
    assert found.statements[3].words() == ""


HOUR = 3_600_000  # milliseconds


@pytest.mark.parametrize("east", [-11, -5, 0, 1, 3, 12])
def test_a_local_midnight_of_version_2_is_its_day(tmp_path: Path, east: int) -> None:
    found = read(dna(tmp_path / "a.dna", 2, date=MILLISECONDS - east * HOUR))
    assert found.rounded and found.statements[0].document
    assert found.statements[0].document.date == "2024-05-14"


@pytest.mark.parametrize(
    ("layout", "version", "date", "day"),
    [
        (2, "2.0 beta 25", 86_400_000, "1970-01-02"),  # a small number, still milliseconds
        (2, None, -86_400_000, "1969-12-31"),
        (3, "3.0.11", 172_800, "1970-01-03"),
        (3, "3.0.11", 200_000_000_000, "8307-10-01"),  # a large number, still seconds
        (4, None, SECONDS, "2024-05-14"),
    ],
)
def test_the_unit_of_dates_follows_the_version(
    tmp_path: Path, layout: int, version: str | None, date: int, day: str
) -> None:
    found = read(dna(tmp_path / "a.dna", layout, version=version, date=date))
    assert found.rounded == (layout == 2)
    assert found.statements[0].document and found.statements[0].document.date == day


def test_the_page_says_that_dates_were_rounded(lake: Lake, tmp_path: Path) -> None:
    assert "rounded to the nearest day" in choose(lake.ada, dna(tmp_path / "a.dna", 2)).text("main")
    assert "rounded" not in choose(lake.ada, dna(tmp_path / "a.dna", 3)).text("main")


def bomb(path: Path, sql: str) -> bytes:
    dna(path)
    with sqlite3.connect(path) as connection:
        connection.executescript(sql)
    connection.close()
    return path.read_bytes()


ENDLESS = "WITH RECURSIVE r(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM r) SELECT n ID FROM r"


@pytest.mark.parametrize(
    ("sql", "why"),
    [
        (f"DROP TABLE STATEMENTS; CREATE VIEW STATEMENTS AS {ENDLESS}", "no table STATEMENTS"),
        ("DROP TABLE DOCUMENTS", "no table DOCUMENTS"),
        (
            "DROP TABLE VARIABLES; CREATE VIRTUAL TABLE VARIABLES USING fts5(ID, Variable)",
            "no table VARIABLES",
        ),
    ],
)
def test_what_a_hostile_file_would_run_is_not_run(tmp_path: Path, sql: str, why: str) -> None:
    with pytest.raises(Invalid, match=why):
        read(bomb(tmp_path / "a.dna", sql))


def test_what_is_no_database_or_is_broken_is_refused(tmp_path: Path) -> None:
    whole = dna(tmp_path / "a.dna")
    for data in (b"", b"no database", whole[:3000], whole[:100] + b"\xff" * (len(whole) - 100)):
        with pytest.raises(Invalid, match="not a file of Discourse Network Analyzer"):
            read(data)


def choose(desk: Desk, data: bytes) -> Form:
    return Form.read(
        desk, desk.browse("POST", "/n/lake/import-dna", files={"file": ("a.dna", data, "x/y")})
    )


def press(form: Form, do: str, **changes: str) -> Form:
    sent = {**form.values, **{n.replace("__", "-"): v for n, v in changes.items()}, "do": do}
    return Form.read(form.desk, form.desk.browse("POST", "/n/lake/import-dna", data=sent))


def unfit(form: Form) -> list[str]:
    return [" ".join(li.text(separator=" ").split()) for li in form.html.css(".unfit li")]


def test_a_file_is_mapped_looked_over_and_taken_in(lake: Lake, tmp_path: Path) -> None:
    before = commits(lake.database.url)
    looked = choose(lake.ada, dna(tmp_path / "a.dna"))
    assert looked.status == 200, looked.text("main")
    assert "1 document, 5 statements" in looked.text(".lede") and "2 new positions" in looked.text(
        ".lede"
    )
    reasons = [
        "no party is chosen for the organisation “Somebody else”",
        "its offsets lie outside the text",
        "no option is chosen",
    ]
    assert len(unfit(looked)) == 3
    assert all(reason in line for reason, line in zip(reasons, unfit(looked), strict=True))
    assert commits(lake.database.url) == before
    place = next(
        i for i in range(5) if looked.text(f"label[for=option-{i}]") == "A concept of theirs"
    )
    looked = press(looked, "check", **{f"option__{place}": "dam/open"})
    assert len(unfit(looked)) == 2 and "3 new positions" in looked.text(".lede")
    assert press(looked, "import").location == "/n/lake/import?new=3&same=0"
    assert commits(lake.database.url) == before + 1
    held = lake.stranger.cell("north", "quota")["position"]
    [quote] = held["quotes"]
    assert (held["attitudes"], held["stated_on"], quote["exact"]) == (
        {"q40": "accepts"},
        "2024-05-14",
        SPANS["forty"],
    )
    assert quote["verification"] == "verified" and quote["speaker"]["name"] == "Mara Venn"
    assert (quote["source"]["title"], quote["source"]["reference"]) == (
        "Talks",
        "The Lake Post, p. 3, 2024-05-14",
    )
    south = lake.stranger.cell("south", "quota")["position"]
    assert (
        south["attitudes"] == {"q40": "rejects"}
        and south["quotes"][0]["verification"] == "verified"
    )
    assert "3 already in Parley" in choose_again(lake, looked).text(".lede")


def choose_again(lake: Lake, looked: Form) -> Form:
    again = press(looked, "check")
    assert again.html.css_first("button[value=import]") is None
    return again


def test_what_the_rules_refuse_is_listed_and_left_out(lake: Lake, tmp_path: Path) -> None:
    data = dna(
        tmp_path / "a.dna", said=STATEMENTS[:2], source="https://news.example/lake", section=""
    )
    looked = choose(lake.ada, data)
    assert "1 new position" in looked.text(".lede")
    assert ["does not occur in the text of its source" in line for line in unfit(looked)] == [True]


def test_contradictions_within_a_day_are_listed(lake: Lake, tmp_path: Path) -> None:
    said = (STATEMENTS[0], ("never", "", "The North", "40 %", 0))
    looked = choose(lake.ada, dna(tmp_path / "a.dna", said=said))
    assert ["contradicts statement 1" in line for line in unfit(looked)] == [True]


def test_an_export_has_the_quotes_untouched_and_is_read_again(lake: Lake, tmp_path: Path) -> None:
    words = "“Ні” 𝄞 is\nwhat they said"
    source = lake.ada.source()["id"]
    lake.ada.state(
        quotes=[
            {"source_id": 1, "exact": WORDS, "speaker": "Mara Venn"},
            {"source_id": source, "exact": words},
        ]
    )
    lake.ada.state(
        "south",
        "dam",
        attitudes={"open": "accepts", "closed": "rejects"},
        quotes=[{"source_id": 1, "exact": OTHER_WORDS}],
    )
    got = lake.stranger.page("/n/lake/export.dna")
    assert got.status_code == 200 and got.headers["content-disposition"].endswith('.dna"')
    found = read(got.content)
    assert not found.whole and found.documents == 2
    assert [s.words() for s in found.statements] == [WORDS, words, OTHER_WORDS, OTHER_WORDS]
    first = found.statements[0].values
    assert first == {
        "person": "Mara Venn",
        "organization": "Northshore",
        "concept": "Water quota: 40 %",
        "agreement": 1,
        "condition": "",
        "according to": "",
    }
    assert [s.values["agreement"] for s in found.statements] == [1, 1, 0, 1]
    (tmp_path / "out.dna").write_bytes(got.content)
    with sqlite3.connect(tmp_path / "out.dna") as connection:
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        # The rights that the program reads on opening a file; since 3.0.7, that to edit coder
        # relations is one of them.
        rights = [
            row[1]
            for row in connection.execute("PRAGMA table_info(CODERS)")
            if row[1].startswith("Permission")
        ]
        assert len(rights) == 16 and "PermissionEditCoderRelations" in rights
    looked = choose(lake.ada, got.content)
    assert ["differs from position 1, which has prefers q40" in line for line in unfit(looked)] == [
        True,
        True,
    ]
    assert "2 statements fit: 0 new positions, 1 already in Parley" in looked.text(".lede")
    assert lake.stranger.browse("GET", "/n/lake/export.dna").content == got.content


def test_an_export_keeps_conditions_and_names_whose_word_alone_it_is(lake: Lake) -> None:
    said = {"source_id": 1, "exact": WORDS, "speaker": "Tol Ibarra"}
    lake.ada.state(conditions={"q40": "it rains"}, quotes=[said])
    [one] = read(lake.stranger.page("/n/lake/export.dna").content).statements
    assert (one.values["condition"], one.values["according to"]) == (
        "only if it rains",
        "Southshore",
    )


def test_a_password_is_kept_as_the_program_keeps_it() -> None:
    assert encrypted("parley", "lake") == encrypted("parley", "lake") != encrypted("other", "lake")
    assert len(encrypted("parley", "lake")) == 64
