"""Turn the benchmark's CSV files into a data package: python -m bench.package DATA PACKAGE."""

import csv
import json
import sys
import uuid
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

NAMESPACE = uuid.UUID("6c1d6a6e-56a5-4f0c-9c3a-3b0d7d6f0b5e")


def uid(kind: str, number: str) -> str:
    """Return a stable uuid for the object of a kind with this number."""
    return str(uuid.uuid5(NAMESPACE, f"{kind}/{number}"))


def write_table(out: Path, name: str, columns: str, lines: Iterable[tuple[Any, ...]]) -> None:
    """Write a table of a package; `columns` are separated by commas."""
    with open(out / f"{name}.csv", "w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(columns.split(","))
        writer.writerows(lines)


def write_descriptor(out: Path, name: str) -> None:
    """Write the descriptor of a package whose tables are all written."""
    tables = [{"name": p.stem, "path": p.name} for p in sorted(out.glob("*.csv"))]
    about = {"name": name, "resources": tables}
    (out / "datapackage.json").write_text(json.dumps(about, indent=1), encoding="utf-8")


def convert(data: Path, out: Path) -> None:
    """Write a package with the content of the CSV files in `data`."""
    out.mkdir(parents=True, exist_ok=True)

    def rows(name: str) -> Iterator[dict[str, str]]:
        with open(data / f"{name}.csv", newline="", encoding="utf-8") as file:
            yield from csv.DictReader(file)

    write = partial(write_table, out)
    [negotiation] = rows("negotiation")
    n = negotiation["slug"]
    parties = {r["id"]: r["slug"] for r in rows("party")}
    issues = {r["id"]: r["slug"] for r in rows("issue")}
    write("negotiations", "slug,title,status", [(n, negotiation["title"], "ongoing")])
    write("parties", "slug,name", ((r["slug"], r["name"]) for r in rows("party")))
    write(
        "participations",
        "negotiation,party,role,order",
        ((n, p, "principal", i) for i, p in parties.items()),
    )
    write(
        "issues",
        "negotiation,slug,title,ordered,order",
        ((n, r["slug"], r["title"], "true", r["id"]) for r in rows("issue")),
    )
    options = list(rows("option"))
    write(
        "options",
        "negotiation,issue,slug,label,rank",
        ((n, issues[r["issue_id"]], r["slug"], r["label"], r["rank"]) for r in options),
    )
    slugs = {r["id"]: r["slug"] for r in options}
    write(
        "sources",
        "uid,url,title,publisher,published_on",
        (
            (uid("source", r["id"]), r["url"], r["title"], r["publisher"], r["published_on"])
            for r in rows("source")
        ),
    )
    speakers = {r["id"]: (r["office"], parties[r["party_id"]]) for r in rows("speaker")}
    write(
        "speakers",
        "uid,name,office,party",
        (
            (uid("speaker", r["id"]), r["name"], r["office"], parties[r["party_id"]])
            for r in rows("speaker")
        ),
    )
    write(
        "positions",
        "uid,negotiation,party,issue,status,summary,firmness,stated_on",
        (
            (
                uid("position", r["id"]), n, parties[r["party_id"]], issues[r["issue_id"]],
                "published",
                r["summary"], r["firmness"], r["stated_on"],
            )
            for r in rows("position")
        ),
    )  # fmt: skip
    write(
        "attitudes",
        "position,version,option,attitude",
        ((uid("position", r["id"]), 1, slugs[r["option_id"]], "prefers") for r in rows("position")),
    )
    write(
        "quotes",
        "uid,position,source,exact,prefix,suffix,kind,speaker,office,party",
        (
            (
                uid("quote", r["id"]), uid("position", r["position_id"]),
                uid("source", r["source_id"]), r["exact"],
                r["prefix"], r["suffix"], r["kind"], uid("speaker", r["speaker_id"]),
                *speakers[r["speaker_id"]],
            )
            for r in rows("quote")
        ),
    )  # fmt: skip
    write_descriptor(out, n)


if __name__ == "__main__":
    convert(Path(sys.argv[1]), Path(sys.argv[2]))
