"""Open exports with programs of the system: R, LibreOffice, LaTeX with biber, pandoc, Node."""

import csv
import json
import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

from consumers.truth import Rows, Seen, differences, load, quote_rows, seen

HERE = Path(__file__).resolve().parent
KEY = ("position_id", "quote_id")
# Characters for which pdfLaTeX has letters with the font encodings T1 and T2A.
IN_FONTS = re.compile(
    "[\t\n\x20-\x7e\u00a0-\u017f\u0400-\u0491\u2010-\u2026\u2039\u203a\u20ac\u2116]*"
)
# Numbers and flags, which readxl writes in its own way when it reads all columns as text.
BEYOND_WORDS = ("start", "current", "salience")


def check(place: Path, work: Path, citeproc: Path | None) -> list[Seen]:
    """Open the files in `place`; `citeproc` is the folder of citeproc-py's data, or None."""
    truth = load(place)
    told: list[Seen] = []
    for program, how in (("Rscript", r), ("soffice", office), ("biber", latex), ("pandoc", pandoc)):
        told += how(place, work, truth) if shutil.which(program) else [missing(program)]
    if citeproc and shutil.which("node"):
        return told + citeproc_js(place, work, citeproc)
    return [*told, missing("node")]


def missing(program: str) -> Seen:
    """Return the line for a program that is not installed."""
    return Seen("", program, "", "not installed here: not seen")


def run(
    *command: object, cwd: Path | None = None, most: int = 600, **env: str
) -> "subprocess.CompletedProcess[str]":
    """Run a program."""
    words = [str(word) for word in command]
    return subprocess.run(
        words, cwd=cwd, capture_output=True, text=True, errors="replace", timeout=most
    )


def read(file: Path) -> Rows:
    """Return the rows of a CSV file."""
    with file.open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def r(place: Path, work: Path, truth: dict[str, Any]) -> list[Seen]:
    """Read tables, workbook and graph with R."""
    into = work / "r"
    into.mkdir(exist_ok=True)
    done = run("Rscript", "--vanilla", HERE / "opened.R", place, into)
    if done.returncode:
        return [Seen("", "R", "opened.R", done.stderr[-500:], fault=True)]
    named = dict(line.split() for line in (into / "versions.txt").read_text().splitlines())
    readr, readxl, igraph = (f"R {name} {named[name]}" for name in ("readr", "readxl", "igraph"))
    rows, safe = quote_rows(truth), quote_rows(truth, guard=True)
    as_text = '`col_types = cols(.default = "c"), na = character(), trim_ws = FALSE`'
    told = [
        seen(
            name,
            f"{readr}, {as_text}",
            "rows and columns, cell by cell",
            differences(read(into / file), right, KEY),
        )
        for name, file, right in (
            ("quotes-exact.csv", "readr-exact.csv", rows),
            ("quotes.csv", "readr-guarded.csv", safe),
            ("quotes-bom.csv", "readr-bom.csv", safe),
        )
    ]
    itself = differences([lower(row) for row in read(into / "readr-by-itself.csv")], rows, KEY)
    told.append(
        Seen(
            "quotes-exact.csv",
            f"{readr}, as it is",
            "the same",
            "; ".join(itself)[:500] or "the same",
        )
    )
    words = [
        {n: v for n, v in row.items() if n in read(into / "readxl-quotes.csv")[0]} for row in rows
    ]
    words = [{n: v for n, v in row.items() if n not in BEYOND_WORDS} for row in words]
    wrong = differences(read(into / "readxl-quotes.csv"), words, KEY)
    told.append(
        seen(
            "book.xlsx",
            f"{readxl}, `na = character(), trim_ws = FALSE`",
            "sheet Quotes, cell by cell",
            wrong,
        )
    )
    wanted = {
        tuple(p["parties"]): (p["agreement"], p["issues"]) for p in truth["pairs"] if p["agreement"]
    }
    edges = {
        (e["party"], e["other"]): (float(e["agreement"]), int(e["issues"]))
        for e in read(into / "igraph-edges.csv")
    }
    wrong = [] if edges == wanted else [f"edges {edges}"]
    vertices = read(into / "igraph-vertices.csv")
    wrong += (
        [] if len({v["name"] for v in vertices}) == len(vertices) else ["two vertices of one name"]
    )
    compared = "vertices, edges, weights; betweenness, closeness and weighted layouts work"
    told.append(seen("agreement.graphml", igraph, compared, wrong))
    pairs = [
        {"party": p["parties"][0], "other": p["parties"][1], "issues": p["issues"]}
        for p in truth["pairs"]
    ]
    wrong = differences(read(into / "readr-edges.csv"), pairs, ("party", "other"))
    return [*told, seen("edges.csv", readr, "every pair", wrong)]


def lower(row: dict[str, Any]) -> dict[str, Any]:
    """Return the row with R's booleans in lower case."""
    return row | {"current": row["current"].lower()}


def office(place: Path, work: Path, truth: dict[str, Any]) -> list[Seen]:
    """Convert workbook and CSV to CSV with LibreOffice, formulas replaced by their results."""
    into = work / "office"
    into.mkdir(exist_ok=True)
    version = " ".join(run("soffice", "--version").stdout.split()[:2])
    profile = f"-env:UserInstallation=file://{work / 'profile'}"
    to_csv = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"
    run(
        "soffice",
        profile,
        "--headless",
        "--convert-to",
        to_csv,
        "--outdir",
        into,
        place / "book.xlsx",
    )
    rows = quote_rows(truth)
    sheet = read(into / "book-Quotes.csv")
    words = [
        {n: v for n, v in row.items() if n in sheet[0] and n not in BEYOND_WORDS} for row in rows
    ]
    told = [
        seen("book.xlsx", version, "sheet Quotes, cell by cell", differences(sheet, words, KEY))
    ]
    for name, filter_, right in (
        ("quotes.csv", "CSV:44,34,76,1,,0,false,false", quote_rows(truth, guard=True)),
        ("quotes.csv", "CSV:44,34,76,1,,0,false,true", quote_rows(truth, guard=True)),
    ):
        run("soffice", profile, "--headless", f"--infilter={filter_}", "--convert-to",
            "csv:Text - txt - csv (StarCalc):44,34,76,1", "--outdir", into,
            place / name)  # fmt: skip
        words = [{n: v for n, v in row.items() if n not in BEYOND_WORDS} for row in right]
        found = differences(read(into / name), words, KEY)
        detects = filter_.endswith("true")
        who = f"{version}, {'with' if detects else 'without'} “Detect special numbers”"
        told.append(
            Seen(name, who, "rows and columns, cell by cell", "; ".join(found)[:500] or "the same")
        )
    return told


def latex(place: Path, work: Path, truth: dict[str, Any]) -> list[Seen]:
    """Typeset the bibliography with biber."""
    entries = [file.read_text() for file in sorted((place / "cite").glob("*.bib"))]
    simple = [entry for entry in entries if IN_FONTS.fullmatch(entry)]
    biber = run("biber", "--version").stdout.split()[-1]
    told = []
    for engine, some in (("xelatex", entries), ("pdflatex", simple)):
        if not shutil.which(engine):
            told.append(missing(engine))
            continue
        into = work / engine
        shutil.rmtree(into, ignore_errors=True)
        into.mkdir()
        shutil.copy(HERE / "document.tex", into)
        (into / "references.bib").write_text("\n".join(some))
        typeset: Callable[[], Any] = lambda engine=engine, into=into: run(  # noqa: E731  (twice the same)
            engine, "-interaction=nonstopmode", "document", cwd=into
        )
        typeset()
        sorted_ = run("biber", "document", cwd=into).stdout
        typeset()
        log = (into / "document.log").read_text(errors="replace")
        wrong = [line for line in log.splitlines() if line.startswith("!")]
        wrong += re.findall("(?:ERROR|WARN) - .*", sorted_)
        made = (into / "document.bbl").read_text().count("\\entry{")
        wrong += [] if made == len(some) else [f"{made} entries of {len(some)}"]
        told.append(
            seen(
                "cite.bib",
                f"biber {biber} with {engine}",
                f"{len(some)} entries, no error, no warning",
                wrong,
            )
        )
    return told


def pandoc(place: Path, work: Path, truth: dict[str, Any]) -> list[Seen]:
    """Format the references with pandoc."""
    version = run("pandoc", "--version").stdout.split()[1]
    told = []
    for form, name in (("json", "references.json"), ("bib", "references.bib")):
        texts = [file.read_text() for file in sorted((place / "cite").glob(f"*.{form}"))]
        (work / name).write_text(
            json.dumps([json.loads(t)[0] for t in texts]) if form == "json" else "\n".join(texts)
        )
        (work / "all.md").write_text(f'---\nnocite: "@*"\nbibliography: {name}\n---\n')
        done = run("pandoc", "--citeproc", "all.md", "-t", "html", cwd=work)
        made = done.stdout.count('role="doc-biblioentry"')
        wrong = [done.stderr[:300]] if done.stderr else []
        wrong += [] if made == len(texts) else [f"{made} entries of {len(texts)}"]
        told.append(
            seen(
                f"cite.{form}",
                f"pandoc {version}, `--citeproc`",
                f"{len(texts)} entries are printed",
                wrong,
            )
        )
    return told


def citeproc_js(place: Path, work: Path, data: Path) -> list[Seen]:
    """Compare the citation texts with those of citeproc-js.

    Left out are what citeproc-js takes for markup, and what we add.
    """
    files = sorted((place / "cite").glob("*.json"))
    shutil.copy(HERE / "references.js", work)
    done = run("node", work / "references.js", data, *files, cwd=work)
    if done.returncode:
        return [Seen("", "citeproc-js", "references.js", done.stderr[-500:], fault=True)]
    version = json.loads((work / "node_modules/citeproc/package.json").read_text())["version"]
    wrong, changed = [], 0
    for file, line in zip(files, done.stdout.splitlines(), strict=True):
        text = json.loads(line)[1]
        ours = file.with_suffix(".txt").read_text()
        if without_marks(ours).startswith(without_marks(text)):
            changed += not ours.startswith(text)
        else:
            wrong.append(f"{file.stem}: {text[:150]!r}")
    known = (
        "it takes <b> and straight quotation marks in titles for markup"
        if changed and not wrong
        else ""
    )
    told = [f"{changed} titles"] if known else wrong
    return [
        seen(
            "cite.json, cite.txt",
            f"citeproc-js {version}",
            f"{len(files)} texts",
            told,
            known=known,
        )
    ]


def without_marks(text: str) -> str:
    """Return the text without what citeproc-js takes for markup."""
    return re.sub("</?b>|[\"'‘’“”]", "", text)
