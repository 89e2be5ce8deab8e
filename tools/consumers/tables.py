"""Read tables with pandas, polars, DuckDB, openpyxl and frictionless.

Run in an environment that has these.
"""

import csv
import io
import json
import zipfile
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import openpyxl
import pandas
import polars
from consumers.truth import Rows, Seen, differences, load, quote_rows, seen
from openpyxl.utils.escape import unescape

KEY = ("position_id", "quote_id")
PANDAS, POLARS = f"pandas {pandas.__version__}", f"polars {polars.__version__}"
DUCKDB, OPENPYXL = f"DuckDB {duckdb.__version__}", f"openpyxl {openpyxl.__version__}"
CELLS = "rows and {} columns, cell by cell"


def check(place: Path) -> list[Seen]:
    """Read all files in `place`."""
    truth = load(place)
    checks = (quotes_csv, matrix_csv, edges_csv, bargaining_csv, workbook, document, package)
    return [line for each in checks for line in each(place, truth)]


def frame_rows(frame: Any) -> Rows:
    """Return the rows of a data frame."""
    return list(
        frame.to_dict("records") if isinstance(frame, pandas.DataFrame) else frame.to_dicts()
    )


def duck(sql: str) -> Rows:
    """Return the rows of a DuckDB query."""
    found = duckdb.sql(sql)
    return [dict(zip(found.columns, row, strict=True)) for row in found.fetchall()]


def quotes_csv(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Read the CSV with a row per quote."""
    told = []
    for name, guard in (
        ("quotes-exact.csv", False),
        ("quotes.csv", True),
        ("quotes-bom.csv", True),
    ):
        file, wanted = place / name, quote_rows(truth, guard=guard)
        ways: list[tuple[str, Rows]] = [
            ("csv of Python",
             list(csv.DictReader(io.StringIO(file.read_text("utf-8-sig"), newline="")))),
            (f"{PANDAS}, `dtype=str, keep_default_na=False`",
             frame_rows(pandas.read_csv(file, dtype=str, keep_default_na=False))),
            (f"{POLARS}, `infer_schema=False`",
             frame_rows(polars.read_csv(file, infer_schema=False))),
            (f"{DUCKDB}, `all_varchar=true`", duck(f"FROM read_csv('{file}', all_varchar=true)")),
        ]  # fmt: skip
        compared = CELLS.format(len(wanted[0]))
        told += [seen(name, who, compared, differences(rows, wanted, KEY)) for who, rows in ways]
    file, wanted = place / "quotes-exact.csv", quote_rows(truth)
    told.append(by_itself(f"{PANDAS}, as it is", frame_rows(pandas.read_csv(file)), wanted))
    told.append(by_itself(f"{POLARS}, as it is", frame_rows(polars.read_csv(file)), wanted))
    told.append(by_itself(f"{DUCKDB}, as it is", duck(f"FROM read_csv('{file}')"), wanted))
    return told


def by_itself(who: str, rows: Rows, wanted: Rows) -> Seen:
    """Report what a reader that guesses types makes of it.

    That is the reader's choice, so it is not counted as a fault.
    """
    found = differences(rows, wanted, KEY)
    return Seen(
        "quotes-exact.csv", who, CELLS.format(len(wanted[0])), "; ".join(found)[:500] or "the same"
    )


def matrix_csv(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Read the CSV with a row per issue."""
    parties = [p["slug"] for p in truth["matrix"]["parties"]]
    issues = [i["slug"] for i in truth["matrix"]["issues"]]
    filled = {(c["party"], c["issue"]) for c in truth["matrix"]["cells"] if c["position"]}
    told = []
    ways = (
        (
            PANDAS,
            frame_rows(pandas.read_csv(place / "matrix.csv", dtype=str, keep_default_na=False)),
        ),
        (POLARS, frame_rows(polars.read_csv(place / "matrix.csv", infer_schema=False))),
        (DUCKDB, duck(f"FROM read_csv('{place / 'matrix.csv'}', all_varchar=true)")),
    )
    for who, rows in ways:
        wrong = (
            [] if [r["issue"] for r in rows] == issues else [f"rows {[r['issue'] for r in rows]}"]
        )
        wrong += [] if list(rows[0])[3:] == parties else [f"columns {list(rows[0])}"]
        for row in rows:
            silent = {
                p for p in parties if (row[p] or "").startswith(("nothing found", "not yet looked"))
            }
            if silent != {p for p in parties if (p, row["issue"]) not in filled}:
                wrong.append(f"silent on {row['issue']}: {silent}")
        told.append(seen("matrix.csv", who, "rows, columns, which cells are silent", wrong))
    return told


def edges_csv(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Read the agreement of pairs."""
    wanted = [
        {
            "party": p["parties"][0],
            "other": p["parties"][1],
            "agreement": p["agreement"],
            "issues": p["issues"],
        }
        for p in truth["pairs"]
    ]
    file, key = place / "edges.csv", ("party", "other")
    ways = (
        (PANDAS, frame_rows(pandas.read_csv(file))),
        (POLARS, frame_rows(polars.read_csv(file))),
        (DUCKDB, duck(f"FROM read_csv('{file}')")),
    )
    return [
        seen("edges.csv", who, "every pair, numbers as numbers", differences(r, wanted, key))
        for who, r in ways
    ]


def bargaining_csv(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Read the scales for bargaining models."""
    scales = {
        i["slug"]: {o["slug"]: o["rank"] for o in i["options"]}
        for i in truth["matrix"]["issues"]
        if i["ordered"]
    }
    wanted = []
    for cell in truth["matrix"]["cells"]:
        position, ranks = cell["position"], scales.get(cell["issue"])
        chosen = (
            [o for o, a in position["attitudes"].items() if a == "prefers"]
            if position and ranks
            else []
        )
        if chosen and ranks:
            least, most = min(ranks.values()), max(ranks.values())
            place_on = round(100 * (ranks[chosen[0]] - least) / (most - least), 3)
            row = {
                "party": cell["party"],
                "issue": cell["issue"],
                "position": place_on,
                "rank": ranks[chosen[0]],
            }
            wanted.append(row | {"salience": position["salience"], "position_id": position["id"]})
    file, key = place / "bargaining.csv", ("party", "issue")
    ways = (
        (PANDAS, frame_rows(pandas.read_csv(file))),
        (POLARS, frame_rows(polars.read_csv(file))),
        (DUCKDB, duck(f"FROM read_csv('{file}')")),
    )
    return [
        seen("bargaining.csv", who, "places and saliences", differences(r, wanted, key))
        for who, r in ways
    ]


def workbook(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Compare the sheets of the workbook cell by cell; quotes are cut if a cell is full."""
    wanted = [{n: v for n, v in row.items() if n not in WITH_POSITION} for row in quote_rows(truth)]
    positions = [
        {"position_id": p["id"], "summary": cell_of(p["summary"])} for p in truth["positions"]
    ]
    ways: list[tuple[str, str, Rows, Rows]] = [
        (OPENPYXL, "Quotes", sheet_rows(place / "book.xlsx", "Quotes"), wanted),
        (OPENPYXL, "Positions", sheet_rows(place / "book.xlsx", "Positions"), positions),
        (f"{PANDAS} with openpyxl, `keep_default_na=False`", "Quotes",
         frame_rows(pandas.read_excel(place / "book.xlsx", "Quotes", dtype=object,
                                      keep_default_na=False)), wanted),
    ]  # fmt: skip
    told = []
    for who, sheet, rows, right in ways:
        key = KEY if right is wanted else KEY[:1]
        raw = differences(rows, right, key)
        known = (
            "a text like `_x000D_` keeps the `_x005F_` by which XLSX says that it is no escape"
            if raw
            else ""
        )
        read = [
            {n: unescape(v) if isinstance(v, str) else v for n, v in row.items()} for row in rows
        ]
        wrong = differences(read, right, key)
        told.append(
            seen(
                "book.xlsx",
                who,
                f"sheet {sheet}, cell by cell",
                wrong or raw,
                known="" if wrong else known,
            )
        )
    return told


WITH_POSITION = {
    "act", "summary", "firmness", "salience", "stated_on", "stated_by", "party_name", "issue_title",
}  # fmt: skip


def cell_of(text: str | None) -> str | None:
    """Return a text as one cell holds it: at most 32,767 characters, a cut marked at the end."""
    note = " … [cut here: longer than a cell can be; the CSV has all of it]"
    return text if text is None or len(text) <= 32_767 else text[: 32_767 - len(note)] + note


def sheet_rows(file: Path, name: str) -> Rows:
    """Return the rows of a sheet, read with openpyxl."""
    sheet = openpyxl.load_workbook(file, read_only=True)[name]
    head, *rows = sheet.iter_rows(values_only=True)
    return [dict(zip(map(str, head), row, strict=True)) for row in rows]


def document(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Compare the JSON, whose positions are the API's with `current` added."""
    found = json.loads((place / "matrix.json").read_text())
    positions = [{n: v for n, v in p.items() if n != "current"} for p in found["data"]["positions"]]
    by_id = {p["id"]: p for p in truth["positions"]}
    wrong = [] if {p["id"]: p for p in positions} == by_id else ["positions are not the API's"]
    wrong += (
        [] if found["data"]["cells"] == truth["matrix"]["cells"] else ["cells are not the API's"]
    )
    told = [seen("matrix.json", "json of Python", "every position and cell with the API's", wrong)]
    read = pandas.json_normalize(
        found["data"]["positions"], "quotes", ["id", "party"], record_prefix="quote_"
    )
    wanted = [
        {"position_id": p["id"], "quote_id": q["id"], "exact": q["exact"]}
        for p in by_id.values()
        for q in p["quotes"]
    ]
    rows = [
        {"position_id": r["id"], "quote_id": r["quote_id"], "exact": r["quote_exact"]}
        for r in frame_rows(read)
    ]
    told.append(
        seen(
            "matrix.json",
            f"{PANDAS}, `json_normalize`",
            "the words of every quote",
            differences(rows, wanted, KEY),
        )
    )
    sql = (
        "SELECT p.id AS position_id, unnest(p.quotes).id AS quote_id, unnest(p.quotes).exact AS"  # noqa: S608  (a path of our own)
        f" exact FROM (SELECT unnest(data.positions) AS p FROM read_json('{place / 'matrix.json'}',"
        " maximum_object_size=100000000))"
    )
    told.append(
        seen("matrix.json", DUCKDB, "the words of every quote", differences(duck(sql), wanted, KEY))
    )
    return told


def package(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Validate the data package with frictionless, hashes and keys included.

    Its quotes are compared with the API's.
    """
    told = []
    for name in ("package.zip", "release.zip"):
        if not (place / name).exists():
            continue
        report = frictionless.Package(str(place / name)).validate()
        errors = report.flatten(["title", "fieldName", "note"])
        wrong = [f"{len(errors)} errors, e.g. {errors[0]}"] if not report.valid else []
        told.append(
            seen(
                name,
                f"frictionless {frictionless.__version__}",
                "types, keys, references, checksums",
                wrong,
            )
        )
    wanted = [
        {"uid": q["uid"], "exact": q["exact"]} for p in truth["positions"] for q in p["quotes"]
    ]
    with zipfile.ZipFile(place / "package.zip") as packed:
        data = packed.read("quotes.csv")
    read = pandas.read_csv(io.BytesIO(data), dtype=str, keep_default_na=False)
    told.append(
        seen(
            "package.zip",
            PANDAS,
            "quotes.csv, the words",
            differences(frame_rows(read), wanted, ("uid",)),
        )
    )
    words = polars.read_csv(data, infer_schema=False)
    told.append(
        seen(
            "package.zip",
            POLARS,
            "quotes.csv, the words",
            differences(frame_rows(words), wanted, ("uid",)),
        )
    )
    return told
