"""Open every export with the programs people use for it, and print the results as a table.

A temporary Parley serves the example and a negotiation of nasty texts. Its exports are read by
libraries in a temporary environment, and by the programs of the system that are installed. On
Debian, all of these are `apt-get install r-base-core r-cran-readr r-cran-readxl r-cran-igraph
libreoffice-calc biber texlive-xetex pandoc nodejs npm texlive-bibtex-extra texlive-lang-cyrillic
texlive-latex-recommended fonts-dejavu-core`. Exit code 1: there is a difference that is not known.
"""

import argparse
import dataclasses
import json
import shutil
import subprocess
import sys
import tempfile
import venv
from pathlib import Path

from consumers import making, nasty, programs
from consumers.truth import Seen

HERE = Path(__file__).resolve().parent
LIBRARIES = (
    "pandas", "polars", "duckdb", "openpyxl", "frictionless", "networkx", "igraph", "feedparser",
    "bibtexparser>=2.1",
    "pybtex", "rispy", "citeproc-py", "pyld",
)  # fmt: skip
PLACES = (nasty.SLUG, making.EXAMPLE)


def main() -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--keep", type=Path, help="a new folder for the exports, which else are thrown away"
    )
    parser.add_argument(
        "--exports",
        type=Path,
        help="a folder that --keep made, opened again instead of making anew",
    )
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="parley-exports-") as folder:
        work = Path(folder)
        exports = options.exports or make(work, options.keep)
        python, citeproc = libraries(work)
        told = {slug: opened(exports / slug, python) for slug in PLACES}
        if shutil.which("npm"):
            subprocess.run(["npm", "install", "--silent", "--prefix", work, "citeproc"], check=True)
        for slug in PLACES:
            told[slug] += programs.check(exports / slug, work, citeproc)
    show(told)
    sys.exit(any(line.fault for lines in told.values() for line in lines))


def make(work: Path, keep: Path | None) -> Path:
    """Write the exports, to `keep` if it is given."""
    exports = keep or work / "exports"
    exports.mkdir(parents=True)
    home = work / "home"
    home.mkdir()
    with making.serving(home) as site:
        making.make(site, exports)
    return exports


def libraries(work: Path) -> tuple[Path, Path]:
    """Make an environment with the newest libraries; return its Python and citeproc-py's data."""
    venv.create(work / "venv", with_pip=True)
    python = work / "venv/bin/python"
    subprocess.run([python, "-m", "pip", "install", "--quiet", *LIBRARIES], check=True)
    where = "import citeproc, pathlib; print(pathlib.Path(citeproc.__file__).parent / 'data')"
    return python, Path(subprocess.check_output([python, "-c", where], text=True).strip())


def opened(place: Path, python: Path) -> list[Seen]:
    """Return the libraries' results, each from a process of its own, since an import may fail."""
    told = []
    for module in ("tables", "others"):
        code = (
            f"import sys, json, dataclasses, pathlib; sys.path.insert(0, {str(HERE)!r});"
            f"from consumers import {module} as m;"
            "print(json.dumps([dataclasses.asdict(s) for s in"
            f" m.check(pathlib.Path({str(place)!r}))]))"
        )
        done = subprocess.run([python, "-W", "ignore", "-c", code], capture_output=True, text=True)
        if done.returncode:
            told.append(Seen("", module, "", done.stderr.strip()[-500:], fault=True))
        else:
            told += [Seen(**line) for line in json.loads(done.stdout.splitlines()[-1])]
    return told


def show(told: dict[str, list[Seen]]) -> None:
    """Print a row for each export and reader, with the results for both negotiations."""
    lines: dict[tuple[str, str, str], dict[str, Seen]] = {}
    for slug, seen in told.items():
        for line in seen:
            what = line.compared.lstrip("0123456789 ")  # the number differs between the two
            lines.setdefault((line.export, line.consumer, what), {})[slug] = line
    print(
        "| export | opened with | compared | nasty texts | the example |\n| --- | --- | --- | --- |"
        " --- |"
    )
    for (export, consumer, _), by_slug in lines.items():
        compared = next(iter(by_slug.values())).compared
        results = [cell(by_slug.get(slug)) for slug in PLACES]
        print("| " + " | ".join([export, consumer, compared, *results]) + " |")


def cell(seen: Seen | None) -> str:
    """Return a cell of the table."""
    if seen is None:
        return ""
    text = " ".join(seen.result.replace("|", "\\|").split())
    return f"**differs:** {text}" if dataclasses.astuple(seen)[-1] else text


if __name__ == "__main__":
    main()
