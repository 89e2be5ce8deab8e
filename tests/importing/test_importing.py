"""Test what an import takes, leaves and refuses, and where it reports faults."""

# ruff: noqa: E501  (a table of faults reads best a line each)
import asyncio
import csv
import hashlib
import json
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from app.core import clock
from app.core.errors import Conflict
from app.db.engine import make_engine, make_sessions
from app.embedded_postgres.server import Server
from app.importing import positions
from app.importing.actions import import_package
from app.importing.reconcile import ImportRun
from tests.datapackage.packages import (
    Tables,
    ask,
    commits,
    faults_of,
    give_out,
    hashed,
    small,
    take_in,
    write,
)
from tests.support.fixtures import Lake
from tests.support.worlds import connect

TEXT = "On Monday she said: we want few fish, and many nets."


@pytest.fixture
def url(database: Server) -> str:
    """Return the address of an empty database."""
    return database.url


def test_a_package_by_hand(url: str, tmp_path: Path) -> None:
    report = take_in(url, write(tmp_path, small()))
    assert {n: c.added for n, c in report.counts.items()} == {
        "negotiations": 1, "parties": 2, "participations": 2, "issues": 2, "options": 3, "speakers": 1, "sources": 1,
        "positions": 1, "looks": 1,
    }  # fmt: skip
    assert ask(
        url,
        "SELECT stated_from::text, stated_by::text, from_by_hand, by_by_hand, status FROM position",
    ) == [("2024-03-01", "2024-03-17", False, False, "published")]
    assert ask(url, "SELECT verification FROM quote_check") == [("unverified",)]
    [(action, batch, by)] = ask(
        url,
        "SELECT action, batch, \"by\" FROM log_revision JOIN log_commit USING (seq) WHERE kind = 'position'",
    )
    assert (action, batch, by) == ("imported", "import", "importer")
    [(first, at)] = ask(
        url, "SELECT first_published_at, (SELECT max(at) FROM log_commit) FROM position"
    )
    assert first == at


def test_twice_is_once(url: str, tmp_path: Path) -> None:
    take_in(url, write(tmp_path, small()))
    before = commits(url)
    report = take_in(url, tmp_path)
    assert not any(c.added or c.changed for c in report.counts.values())
    assert commits(url) == before


def test_a_dry_run_writes_nothing(url: str, tmp_path: Path) -> None:
    report = take_in(url, write(tmp_path, small()), dry_run=True)
    assert report.counts["positions"].added == 1
    assert commits(url) == 1 and ask(url, "SELECT count(*) FROM party") == [(0,)]
    broken = small()
    broken["positions"][0]["firmness"] = "rock"
    assert faults_of(url, write(tmp_path, broken), dry_run=True)


Change = Callable[[Tables], object]
FAULTS: list[tuple[str, Change]] = [
    ("negotiations.csv:2:slug: ", lambda t: t["negotiations"][0].update(slug="The Sea")),
    ("negotiations.csv:2:title: is empty", lambda t: t["negotiations"][0].update(title="")),
    ("negotiations.csv:2:status: ", lambda t: t["negotiations"][0].update(status="paused")),
    ("negotiations.csv:2:coded_through: ", lambda t: t["negotiations"][0].update(coded_through="2024-02-30")),
    ("negotiations.csv:2:review: “maybe” is neither", lambda t: t["negotiations"][0].update(review="maybe")),
    ("negotiations.csv:2:version: “x” is not a whole", lambda t: t["negotiations"][0].update(version="x")),
    ("parties.csv:4:slug: the same as line 2", lambda t: t["parties"].append({"slug": "isle", "name": "Two"})),
    ("parties.csv:2:wikidata_id: ", lambda t: t["parties"][0].update(wikidata_id="159")),
    ("participations.csv:4:party: there is no party", lambda t: t["participations"].append({"negotiation": "sea", "party": "x"})),
    ("participations.csv:2:role: ", lambda t: t["participations"][0].update(role="king")),
    ("speakers.csv:2:party: there is no party", lambda t: t["speakers"][0].update(party="moon")),
    ("speakers.csv:3:uid: a speaker needs", lambda t: t["speakers"].append({"uid": "x", "party": "isle"})),
    ("options.csv:2:slug: fish: many and few have the same rank", lambda t: t["options"][1].update(rank="1")),
    ("options.csv:2:rank: “high” is not a number", lambda t: t["options"][0].update(rank="high")),
    ("options.csv:4:issue: there is no issue", lambda t: t["options"][2].update(issue="moon")),
    ("options.csv:2:merged_into: there is no other", lambda t: t["options"][0].update(merged_into="none")),
    ("options.csv:2:retired: must be true", lambda t: t["options"][0].update(merged_into="many")),
    ("sources.csv:2:url: ", lambda t: t["sources"][0].update(url="javascript:alert(1)")),
    ("sources.csv:2:url: has the invisible character U+202E RIGHT-TO-LEFT", lambda t: t["sources"][0].update(url="https://news\u202e.example/a")),
    ("sources.csv:2:archive_url: has the invisible character U+200B", lambda t: t["sources"][0].update(archive_url="https://a\u200b.example")),
    ("sources.csv:2:published_on: ", lambda t: t["sources"][0].update(published_on="17.3.2024")),
    ("sources.csv:2:text_sha256: ", lambda t: t["sources"][0].update(text_sha256="abc")),
    ("sources.csv:2:text: ../secret leads out", lambda t: t["sources"][0].update(text="../secret")),
    ("sources.csv:2:text: texts/s1.txt is not in", lambda t: t["sources"][0].update(text="texts/s1.txt")),
    ("positions.csv:2:party: 'moon' takes no part", lambda t: t["positions"][0].update(party="moon")),
    ("positions.csv:2:issue: there is no issue 'moon'", lambda t: t["positions"][0].update(issue="moon")),
    ("positions.csv:2:firmness: ", lambda t: t["positions"][0].update(firmness="rock")),
    ("positions.csv:2:salience: ", lambda t: t["positions"][0].update(salience="101")),
    ("positions.csv:2:stated_on: ", lambda t: t["positions"][0].update(stated_on="2024-13")),
    ("positions.csv:2:stated_on: has not yet begun", lambda t: t["positions"][0].update(stated_on="2999")),
    ("positions.csv:2:stated_by: can only narrow", lambda t: t["positions"][0].update(stated_by="2024-03-18")),
    ("positions.csv:2:stated_from: can only narrow", lambda t: t["positions"][0].update(stated_from="2024-02-01")),
    ("positions.csv:2:recorded_at: needs its offset", lambda t: t["positions"][0].update(recorded_at="2024-03-01T10:00:00")),
    ("positions.csv:2:recorded_at: lies in the future", lambda t: t["positions"][0].update(recorded_at="2999-01-01T00:00:00Z")),
    ("positions.csv:2:quotes: there is no quote q9", lambda t: t["positions"][0].update(quotes="q1 q9")),
    ("positions.csv:2:quotes: q1 is listed twice", lambda t: t["positions"][0].update(quotes="q1 q1")),
    ("positions.csv:3:version: the same position", lambda t: t["positions"].append(t["positions"][0])),
    ("positions.csv:2:quotes: a position is published with", lambda t: t["quotes"].clear() or t.pop("quotes")),
    ("positions.csv:3:status: what was published", lambda t: t["positions"].append(t["positions"][0] | {"version": "2", "status": "draft"})),
    ("positions.csv:3:issue: a position stays", lambda t: t["positions"].append(t["positions"][0] | {"version": "2", "issue": "line"})),
    ("attitudes.csv:2:option: is not an option of fish", lambda t: t["attitudes"][0].update(option="mid")),
    ("attitudes.csv:2:attitude: ", lambda t: t["attitudes"][0].update(attitude="loves")),
    ("attitudes.csv:3:option: few is listed twice", lambda t: t["attitudes"].append(t["attitudes"][0])),
    ("attitudes.csv:2:attitude: a party prefers at most one", lambda t: t["attitudes"].append({"position": "p1", "option": "many", "attitude": "prefers"})),
    ("attitudes.csv:2:position: there is no such version", lambda t: t["attitudes"][0].update(position="p9")),
    ("links.csv:2:issue: a position is linked to another", lambda t: t["links"][0].update(issue="fish")),
    ("links.csv:2:option: is not an option of line", lambda t: t["links"][0].update(option="few")),
    ("quotes.csv:2:source: there is no such source", lambda t: t["quotes"][0].update(source="s9")),
    ("quotes.csv:2:speaker: there is no such speaker", lambda t: t["quotes"][0].update(speaker="bob")),
    ("quotes.csv:2:speaker: is empty, but an office", lambda t: t["quotes"][0].update(speaker="", office="Envoy")),
    ("quotes.csv:2:exact: ", lambda t: t["quotes"][0].update(exact=" ")),
    ("quotes.csv:2:said_on: begins after", lambda t: t["quotes"][0].update(said_on="2024-04-02")),
    ("quotes.csv:3:uid: no version of its position", lambda t: t["quotes"].append(t["quotes"][0] | {"uid": "q2"}) or t["positions"][0].update(quotes="q1")),
    ("quotes.csv:3:position: there is no such position", lambda t: t["quotes"].append(t["quotes"][0] | {"uid": "q2", "position": "p2"})),
    ("quotes.csv:2:segments: is not a list in JSON", lambda t: t["quotes"][0].update(segments="1-2")),
    ("looks.csv:2:looked_on: ", lambda t: t["looks"][0].update(looked_on="2024-04")),
    ("looks.csv:2:issue: there is no issue", lambda t: t["looks"][0].update(issue="moon")),
    ("looks.csv:1:colour: is not a column", lambda t: t["looks"][0].update(colour="red")),
    ("looks.csv:1:looked_on: is missing", lambda t: t["looks"][0].pop("looked_on")),
]  # fmt: skip


# Objects that refer to one of these are imported without the reference.
FOLLOWED = ("negotiations.csv:2:slug: ", "options.csv:4:issue: there is no issue")


def test_every_fault_says_where_it_is(url: str, tmp_path: Path) -> None:
    for i, (expected, change) in enumerate(FAULTS):
        tables = small()
        change(tables)
        lines = faults_of(url, write(tmp_path / str(i), tables))
        assert [line for line in lines if line.startswith(expected)], (expected, lines)
        assert len(lines) == 1 or expected in FOLLOWED, (expected, lines)
    assert commits(url) == 1


def test_all_faults_are_told_in_one_go(url: str, tmp_path: Path) -> None:
    tables = small()
    tables["parties"][0]["wikidata_id"] = "159"
    tables["positions"][0] |= {"firmness": "rock", "salience": "101"}
    tables["quotes"][0]["kind"] = "sung"
    tables["looks"][0]["looked_on"] = "soon"
    assert [line.split(" ")[0] for line in faults_of(url, write(tmp_path, tables))] == [
        "looks.csv:2:looked_on:", "parties.csv:2:wikidata_id:", "positions.csv:2:firmness:",
        "positions.csv:2:salience:", "quotes.csv:2:kind:",
    ]  # fmt: skip


def test_lines_are_counted_through_cells_of_several(url: str, tmp_path: Path) -> None:
    tables = small()
    tables["positions"].insert(
        0, tables["positions"][0] | {"uid": "p0", "summary": 'two\nlines, "quoted"\r\nthree'}
    )
    tables["quotes"].append(tables["quotes"][0] | {"uid": "q0", "position": "p0"})
    tables["positions"][1]["firmness"] = "rock"
    assert faults_of(url, write(tmp_path, tables))[0].startswith("positions.csv:5:firmness:")


def test_faults_beyond_a_thousand_are_counted(url: str, tmp_path: Path) -> None:
    tables = small()
    tables["parties"] += [{"slug": f"p{i}", "name": ""} for i in range(1_500)]
    lines = faults_of(url, write(tmp_path, tables))
    assert len(lines) == 1_001 and lines[-1] == "… and 500 more"


@pytest.mark.parametrize(
    ("file", "data", "expected"),
    [
        ("parties.csv", b"slug,name\nisle,Isle\ncoast,Co\xffast\n", "parties.csv:3:: is not UTF-8"),
        ("parties.csv", b"slug,name\nisle,Is\0le\ncoast,Coast\n", "parties.csv:2:: contains a NUL"),
        ("parties.csv", b"slug,name\nisle,Isle,x\ncoast,Coast\n", "parties.csv:2:: has 3 cells under 2 columns"),
        ("parties.csv", b'slug,name\nisle,Isle\ncoast,"Coast\n', "parties.csv:3:: is not well-formed CSV"),
        ("parties.csv", b"slug,name,name\nisle,Isle,x\ncoast,Coast,y\n", "parties.csv:1:name: is listed twice"),
        ("parties.csv", b"", "parties.csv:1:: is empty"),
        ("datapackage.json", b"{", "datapackage.json:1:2: is not JSON"),
        ("datapackage.json", b"[]", "datapackage.json:1:: is not a JSON object"),
        ("datapackage.json", b"{}", "datapackage.json:1:resources: names no tables"),
        ("datapackage.json", b'{"resources": [{"name": "parties", "path": "../p.csv"}]}', "datapackage.json:1:resources/0/path: "),
        ("datapackage.json", b'{"resources": [{"name": "fish", "path": "x.csv"}]}', "datapackage.json:1:resources/0/name: "),
        ("datapackage.json", b'{"resources": [{"name": "parties", "path": "no.csv"}]}', "no.csv:1:: is declared, but"),
    ],
)  # fmt: skip
def test_files_that_are_none(
    url: str, tmp_path: Path, file: str, data: bytes, expected: str
) -> None:
    folder = write(tmp_path, small())
    (folder / file).write_bytes(data)
    assert any(line.startswith(expected) for line in faults_of(url, folder)), faults_of(url, folder)


def saved_with(folder: Path, name: str, **dialect: Any) -> Path:
    """Save one table again in another CSV dialect, as a spreadsheet does."""
    path = folder / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, **dialect).writerows(rows)
    return folder


def declared(folder: Path, name: str, dialect: object) -> Path:
    path = folder / "datapackage.json"
    descriptor = json.loads(path.read_text())
    next(r for r in descriptor["resources"] if r["name"] == name)["dialect"] = dialect
    path.write_text(json.dumps(descriptor))
    return folder


@pytest.mark.parametrize("table", ["quotes", "positions", "parties"])
@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_tables_saved_with_semicolons_or_tabs_are_read(
    url: str, tmp_path: Path, table: str, delimiter: str
) -> None:
    assert not faults_of(url, saved_with(write(tmp_path, small()), table, delimiter=delimiter))


@pytest.mark.parametrize(
    ("saved", "dialect"),
    [
        ({"delimiter": "|"}, {"delimiter": "|"}),
        ({"delimiter": ";"}, {"csv": {"delimiter": ";", "lineTerminator": "\r\n", "header": True}}),
        (
            {"delimiter": "|", "quotechar": "'", "doublequote": False, "escapechar": "\\"},
            {"delimiter": "|", "quoteChar": "'", "escapeChar": "\\"},
        ),
    ],
)
def test_a_declared_dialect_is_obeyed(url: str, tmp_path: Path, saved: Any, dialect: Any) -> None:
    tables = small()
    tables["positions"][0]["summary"] = 'it\'s "one", two; three | four \\ five'
    folder = declared(
        saved_with(write(tmp_path, tables), "positions", **saved), "positions", dialect
    )
    assert not faults_of(url, folder)


@pytest.mark.parametrize(
    ("dialect", "reason"),
    [
        ({"delimiter": "||"}, "delimiter cannot be '||'"),
        ({"header": False}, "header False is not read"),
        ({"colour": 1}, "colour is not known"),
        ("semicolons", "is not an object"),
    ],
)
def test_a_dialect_that_cannot_be_read_is_named(
    url: str, tmp_path: Path, dialect: object, reason: str
) -> None:
    lines = faults_of(url, declared(write(tmp_path, small()), "quotes", dialect))
    assert f"datapackage.json:1:resources/{[*small()].index('quotes')}/dialect: {reason}" in lines


def test_a_table_of_other_columns_is_told_by_line_and_column(url: str, tmp_path: Path) -> None:
    folder = write(tmp_path, small())
    (folder / "quotes.csv").write_text("uid|position|exact\n1|2|3\n")
    lines = faults_of(url, folder)
    assert any(
        line.startswith("quotes.csv:1:uid|position|exact: is not a column") for line in lines
    )
    assert not any("SELECT" in line or "database" in line for line in lines)


def test_a_byte_order_mark_is_no_part_of_the_first_column(url: str, tmp_path: Path) -> None:
    folder = write(tmp_path, small())
    path = folder / "parties.csv"
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes())
    assert not faults_of(url, folder)


def test_a_changed_file_is_noticed(url: str, tmp_path: Path) -> None:
    folder = write(tmp_path, small())
    hashed(folder)
    (folder / "quotes.csv").write_bytes(
        (folder / "quotes.csv").read_bytes().replace(b"few", b"FEW")
    )
    lines = faults_of(url, folder)
    assert (
        len(lines) == 1
        and lines[0].startswith("quotes.csv:1:hash: ")
        and "datapackage.json" in lines[0]
    )
    (folder / "quotes.csv").write_bytes((folder / "quotes.csv").read_bytes() + b"\n")
    assert {line.split(": ")[0] for line in faults_of(url, folder)} == {
        "quotes.csv:1:hash",
        "quotes.csv:1:bytes",
    }


def test_a_missing_descriptor_and_a_missing_package(url: str, tmp_path: Path) -> None:
    assert faults_of(url, tmp_path) == ["datapackage.json:1:: is missing: every package has it"]
    assert faults_of(url, tmp_path / "nowhere.zip") == ["nowhere.zip:1:: is not there"]


def _zipped(folder: Path, path: Path, prefix: str = "") -> zipfile.ZipFile:
    archive = zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED)
    for file in sorted(folder.rglob("*")):
        if file.is_file():
            archive.write(file, prefix + file.relative_to(folder).as_posix())
    return archive


def test_a_zip_of_the_folder_itself(url: str, tmp_path: Path) -> None:
    _zipped(write(tmp_path / "p", small()), tmp_path / "p.zip", "some-folder/").close()
    assert not faults_of(url, tmp_path / "p.zip")


def test_hostile_zips(url: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "p", small())

    def refused(name: str, change: Callable[[zipfile.ZipFile], object], reason: str) -> None:
        with _zipped(folder, tmp_path / name) as archive:
            change(archive)
        [line] = faults_of(url, tmp_path / name)
        assert line.startswith(f"{name}:1:: ") and reason in line, line

    link = zipfile.ZipInfo("texts/s1.txt")
    link.external_attr, link.create_system = 0o120777 << 16, 3
    refused("slip.zip", lambda a: a.writestr("../../evil.csv", "x"), "leads out of the package")
    refused("absolute.zip", lambda a: a.writestr("/etc/passwd", "x"), "leads out of the package")
    refused("windows.zip", lambda a: a.writestr("C:evil.csv", "x"), "leads out of the package")
    refused("link.zip", lambda a: a.writestr(link, "/etc/passwd"), "is a link or a device")
    refused("bomb.zip", lambda a: a.writestr("texts/zeros", b"0" * (80 << 20)), "would unpack to")
    (tmp_path / "text.zip").write_bytes(b"no zip at all")
    assert "neither a folder nor a zip" in faults_of(url, tmp_path / "text.zip")[0]
    whole = tmp_path / "whole.zip"
    _zipped(folder, whole).close()
    cut = bytearray(whole.read_bytes())
    at = cut.index(b"parties.csv") + 20
    cut[at] ^= 0xFF
    (tmp_path / "rotten.zip").write_bytes(cut)
    assert faults_of(url, tmp_path / "rotten.zip")


def test_links_in_a_folder_are_not_followed(url: str, tmp_path: Path) -> None:
    folder = write(tmp_path / "p", small())
    (tmp_path / "outside.csv").write_bytes((folder / "parties.csv").read_bytes())
    (folder / "parties.csv").unlink()
    (folder / "parties.csv").symlink_to(tmp_path / "outside.csv")
    assert faults_of(url, folder)[0].startswith(
        "parties.csv:1:: is declared, but not in the package"
    )


def test_a_text_checks_the_quotes(url: str, tmp_path: Path) -> None:
    tables = small()
    tables["sources"][0]["text"] = "texts/s1.txt"
    take_in(url, write(tmp_path, tables, {"texts/s1.txt": TEXT.encode()}))
    assert ask(url, 'SELECT verification, start, "end" FROM quote_check') == [("verified", 20, 36)]
    assert ask(url, "SELECT version FROM source") == [(1,)]


def test_words_that_the_text_has_not_are_refused(url: str, tmp_path: Path) -> None:
    tables = small()
    tables["sources"][0]["text"] = "t.txt"
    tables["quotes"][0]["exact"] = "we want many fish"
    [line] = faults_of(url, write(tmp_path, tables, {"t.txt": TEXT.encode()}))
    assert line.startswith("quotes.csv:2:exact: does not occur")
    tables["quotes"][0]["verification"] = "mismatch"
    take_in(url, write(tmp_path, tables, {"t.txt": TEXT.encode()}))
    assert ask(url, "SELECT verification FROM quote_check") == [("mismatch",)]


def test_attested_takes_the_checksum_of_a_text(url: str, tmp_path: Path) -> None:
    tables = small()
    tables["quotes"][0] |= {
        "verification": "verified",
        "start": "20",
        "end": "36",
        "segments": "[[20, 36]]",
    }
    take_in(url, write(tmp_path / "without", tables))
    assert ask(url, "SELECT verification, start FROM quote_check") == [("unverified", None)]


def test_given_days_narrow(url: str, tmp_path: Path) -> None:
    tables = small()
    tables["positions"][0] |= {"stated_from": "2024-03-01", "stated_by": "2024-03-12"}
    take_in(url, write(tmp_path, tables))
    assert ask(url, "SELECT stated_by::text, from_by_hand, by_by_hand FROM position") == [
        ("2024-03-12", False, True)
    ]


def test_drafts_stay_private(url: str, tmp_path: Path) -> None:
    tables = small()
    tables["positions"][0]["status"] = "draft"
    take_in(url, write(tmp_path, tables))
    assert ask(url, "SELECT public FROM log_revision WHERE kind IN ('position', 'speaker')") == [
        (False,),
        (False,),
    ]
    tables["positions"].append(tables["positions"][0] | {"version": "2", "status": "published"})
    take_in(url, write(tmp_path, tables))
    shown = ask(
        url,
        "SELECT kind, version, public FROM log_revision WHERE kind IN ('position', 'speaker') ORDER BY seq, n",
    )
    assert set(map(tuple, shown[2:])) == {("position", 2, True), ("speaker", 2, True)}


def test_what_went_on_is_added_and_what_diverged_is_a_fault(
    lake: Lake, url: str, tmp_path: Path
) -> None:
    one, two = lake.ada.state(), lake.ada.state("south")
    give_out(lake.database.url, "lake", tmp_path / "first")
    take_in(url, tmp_path / "first")
    lake.ada.correct(one["id"], summary="Here")
    lake.ada.retract(two["id"])
    lake.ada.state("council")
    assert lake.ada.patch("/parties/north", {"name": "The North"}).status == 200
    assert (
        lake.ada.patch(
            "/negotiations/lake/issues/quota", {"options": [{"slug": "q40", "label": "Two fifths"}]}
        ).status
        == 200
    )
    give_out(lake.database.url, "lake", tmp_path / "second")
    report = take_in(url, tmp_path / "second")
    assert (report.counts["positions"].added, report.counts["positions"].skipped) == (3, 2)
    assert (report.counts["parties"].changed, report.counts["options"].changed) == (1, 1)
    give_out(url, "lake", tmp_path / "copy")
    names = {p.name for p in (tmp_path / "second").glob("*.*")}
    same = {
        n
        for n in names
        if (tmp_path / "second" / n).read_bytes() == (tmp_path / "copy" / n).read_bytes()
    }
    assert names - same <= {"datapackage.json", "issues.csv"}
    # The older package still has nothing new.
    before = commits(url)
    take_in(url, tmp_path / "first")
    assert commits(url) == before
    # Both databases change the same object differently.
    lake.ada.correct(one["id"], summary="Here again")
    take_in(
        lake.database.url,
        _with_summary(tmp_path / "second", tmp_path / "third", "Here", "There"),
        skip_diverged=True,
    )
    [line] = faults_of(lake.database.url, tmp_path / "third")
    assert line.startswith("positions.csv:") and ":summary: differs from version 2 here" in line
    report = take_in(lake.database.url, tmp_path / "third", skip_diverged=True)
    assert [str(f) for f in report.skipped_diverged] == [line]


def _with_summary(source: Path, target: Path, old: str, new: str) -> Path:
    target.mkdir()
    for file in source.rglob("*"):
        if file.is_file():
            (target / file.relative_to(source)).parent.mkdir(exist_ok=True)
            (target / file.relative_to(source)).write_bytes(file.read_bytes())
    path = target / "positions.csv"
    path.write_bytes(path.read_bytes().replace(f",{old},".encode(), f",{new},".encode()))
    hashed(target)
    return target


def test_objects_that_diverge(url: str, tmp_path: Path) -> None:
    take_in(url, write(tmp_path, small()))
    tables = small()
    tables["parties"][0]["name"] = "Island"
    tables["sources"][0]["title"] = "Other news"
    tables["quotes"][0]["exact"] = "we want no fish"
    tables["looks"][0]["where"] = "y"
    write(tmp_path, tables)
    assert [line.split(": ")[0] for line in faults_of(url, tmp_path)] == [
        "looks.csv:2:where", "parties.csv:2:name", "quotes.csv:2:exact", "sources.csv:2:title",
    ]  # fmt: skip
    before = commits(url)
    assert len(take_in(url, tmp_path, skip_diverged=True).skipped_diverged) == 4
    assert commits(url) == before
    tables = small()
    tables["parties"][0] |= {"name": "Island", "version": "2"}
    tables["sources"][0] |= {"title": "Other news", "version": "5"}
    report = take_in(url, write(tmp_path, tables))
    assert report.counts["parties"].changed == report.counts["sources"].changed == 1
    assert ask(url, "SELECT name, version FROM party ORDER BY id") == [("Island", 2), ("Coast", 1)]
    # An earlier version is known already and changes nothing back.
    before = commits(url)
    take_in(url, write(tmp_path, small()))
    assert commits(url) == before


def test_the_same_source_and_speaker_under_other_keys(url: str, tmp_path: Path) -> None:
    take_in(url, write(tmp_path / "one", small()))
    tables = small()
    tables["sources"][0] |= {"uid": "other", "url": "https://news.example/sea#top"}
    tables["sources"][0]["url"] = "https://news.example/sea"
    tables["speakers"][0]["uid"] = "annie"
    tables["positions"][0]["uid"] = "p2"
    for rows, column in (("attitudes", "position"), ("links", "position"), ("quotes", "position")):
        tables[rows][0][column] = "p2"
    tables["quotes"][0] |= {"uid": "q2", "source": "other", "speaker": "annie"}
    take_in(url, write(tmp_path / "two", tables))
    assert ask(
        url,
        "SELECT (SELECT count(*) FROM source), (SELECT count(*) FROM speaker), count(*) FROM position",
    ) == [(1, 1, 2)]


def test_a_text_for_a_source_that_is_on_file(url: str, tmp_path: Path) -> None:
    take_in(url, write(tmp_path, small()))
    tables = small()
    tables["sources"][0]["text"] = "t.txt"
    tables["quotes"].append(
        tables["quotes"][0] | {"uid": "q2", "position": "p2", "exact": "many nets"}
    )
    tables["positions"].append(tables["positions"][0] | {"uid": "p2", "stated_on": "2024-03-10"})
    take_in(url, write(tmp_path, tables, {"t.txt": TEXT.encode()}))
    rows = ask(url, "SELECT quote_id, verification FROM quote_check ORDER BY seq, quote_id")
    assert [v for _, v in rows] == ["unverified", "verified", "verified"]
    assert ask(url, "SELECT action FROM log_revision WHERE kind = 'source' ORDER BY version") == [
        ("imported",),
        ("checked",),
    ]
    before = commits(url)
    take_in(url, tmp_path)
    assert commits(url) == before


def test_options_may_change_places_and_merge(url: str, tmp_path: Path) -> None:
    tables = small()
    tables["options"][0]["status_quo"] = "true"
    take_in(url, write(tmp_path, tables))
    tables["options"][0] |= {
        "status_quo": "false",
        "version": "2",
        "retired": "true",
        "merged_into": "most",
    }
    tables["options"][1] |= {"status_quo": "true", "version": "2"}
    tables["options"].append(
        {"negotiation": "sea", "issue": "fish", "slug": "most", "label": "Most", "rank": "9"}
    )
    report = take_in(url, write(tmp_path, tables))
    assert (report.counts["options"].changed, report.counts["options"].added) == (2, 1)
    assert ask(url, "SELECT version FROM issue WHERE slug = 'fish'") == [(2,)]
    before = commits(url)
    take_in(url, tmp_path)
    assert commits(url) == before


def test_others_write_on_while_it_is_prepared(
    lake: Lake, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one = lake.ada.state()
    give_out(lake.database.url, "lake", tmp_path / "base")
    lake.ada.correct(one["id"], summary="Here")
    give_out(lake.database.url, "lake", tmp_path / "newer")

    async def work(touch: bool) -> None:
        engine = make_engine(lake.database.url, limits=False)
        original = positions.take_positions

        async def meanwhile(*args: object) -> None:
            await original(*args)
            # Others write a position and a party of the package meanwhile, without waiting.
            loop = asyncio.get_running_loop()
            await loop.run_in_executor(None, lambda: lake.ada.state("south", "dam"))
            if touch:
                await loop.run_in_executor(
                    None, lambda: lake.ada.correct(one["id"], summary="Meanwhile")
                )

        monkeypatch.setattr(positions, "take_positions", meanwhile)
        try:
            async with make_sessions(engine)() as session:
                await import_package(
                    session, tmp_path / "next", ImportRun(by=None, now=clock.now())
                )
                await session.commit()
        finally:
            monkeypatch.undo()
            await engine.dispose()

    _with_summary(tmp_path / "newer", tmp_path / "next", "nothing", "nothing")
    _next_version(tmp_path / "next", "Third")
    asyncio.run(work(touch=False))
    assert lake.stranger.get(f"/positions/{one['id']}").data["summary"] == "Third"
    _next_version(tmp_path / "next", "Fourth")
    with pytest.raises(Conflict):
        asyncio.run(work(touch=True))
    assert lake.stranger.get(f"/positions/{one['id']}").data["summary"] == "Meanwhile"


def _next_version(folder: Path, summary: str) -> None:
    """Add another version after a package's last one."""
    for name in ("positions.csv", "attitudes.csv"):
        lines = (folder / name).read_text().splitlines()
        cells = lines[-1].split(",")
        cells[1] = str(int(cells[1]) + 1)
        line = ",".join(cells)
        if name == "positions.csv":
            line = line.replace(f",{cells[7]},", f",{summary},")
        (folder / name).write_text("\n".join([*lines, line]) + "\n")
    hashed(folder)


def test_line_ends_of_other_systems_change_nothing(database: Server, tmp_path: Path) -> None:
    tables, url = small(), database.url
    text = b"Ann says: we want\r\nfew fish\x0cand soon."
    digest = hashlib.sha256(text).hexdigest()
    tables["sources"][0] |= {"text": "texts/s1.txt", "text_sha256": digest}
    tables["quotes"][0]["exact"] = "we want\r\nfew fish\rand soon"
    folder = write(tmp_path, tables, {"texts/s1.txt": text})
    take_in(url, folder)
    [(exact, kept)] = ask(url, "SELECT exact, text FROM quote, source_text")
    assert exact == "we want\nfew fish\nand soon" and kept == f"Ann says: {exact}."
    assert ask(url, 'SELECT verification, "end" - start FROM quote_check') == [
        ("verified", len(exact))
    ]
    before = commits(url)
    take_in(url, folder)
    assert commits(url) == before
    with connect(database.owner_url) as db:  # as an older release of the program stored them
        for table in ("quote", "source_text"):
            db.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        db.execute("UPDATE quote SET exact = replace(exact, E'\\n', E'\\r\\n')")
        db.execute(
            "UPDATE source_text SET text = %s, sha256 = %s",
            [text.decode().replace("\f", "\n"), digest],
        )
        db.execute("UPDATE source SET text_sha256 = %s", [digest])
    take_in(url, folder)
    assert commits(url) == before


def test_a_folder_is_listed_once_however_many_texts_are_in_it(url: str, tmp_path: Path) -> None:
    tables = small()
    files = {f"texts/{n}.txt": b"some text" for n in range(20)}
    tables["sources"] += [
        {"uid": f"t{n}", "url": f"https://news.example/{n}", "title": "News", "text": path}
        for n, path in enumerate(files)
    ]
    folder = write(tmp_path, tables, files)
    listed: list[str] = []
    watching = True

    def note(event: str, arguments: tuple[Any, ...]) -> None:
        if watching and event == "os.scandir" and str(arguments[0]).startswith(str(folder)):
            listed.append(str(arguments[0]))

    sys.addaudithook(note)
    take_in(url, folder)
    watching = False  # a hook stays for the life of the process
    assert ask(url, "SELECT count(*) FROM source_text") == [(20,)]
    assert 1 <= len(listed) <= 4, listed
