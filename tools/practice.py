"""Write the tables of seeds/practice from its texts and coding files: make practice."""

import argparse
import hashlib
import re
import shutil
import tomllib
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from app.datapackage import writer

ROOT = Path(__file__).resolve().parents[1]
PRACTICE = ROOT / "seeds" / "practice"
SIGNS = {"+": "prefers", "~": "accepts", "-": "rejects"}
Row = dict[str, Any]


def read(path: Path) -> Row:
    """Read a TOML file."""
    return tomllib.loads(path.read_text(encoding="utf-8"))


def cut(values: list[Any], *names: str) -> Row:
    """Name the values of a short row; missing ones at its end are left out."""
    return {name: value for name, value in zip(names, values, strict=False) if value != ""}


class Builder:
    """Collects the rows of all tables."""

    def __init__(self, made: writer.PackageWriter, folder: Path) -> None:
        self.made, self.folder = made, folder
        self.book = read(folder / "coding" / "codebook.toml")
        self.slug: str = self.book["negotiation"]["slug"]
        self.speakers = {
            key: cut(row, "name", "office", "party") | {"aliases": row[3:]}
            for key, row in self.book["speakers"].items()
        }
        self.keys: set[str] = set()

    def add(self, table: str, **row: Any) -> None:
        """Add a row to a table."""
        self.made.sheets[table].add({"version": 1, **row})

    def code_book(self) -> None:
        """Write negotiation, parties, speakers, issues, options and looks."""
        self.add("negotiations", **self.book["negotiation"], review=False, invented=True)
        for order, party in enumerate(self.book["party"], 1):
            row = cut(party["row"], "slug", "name", "short_name", "kind")
            self.add("parties", **row, aliases="|".join(party["aliases"]))
            self.add(
                "participations",
                negotiation=self.slug,
                party=row["slug"],
                role=party["role"],
                consent_required=party.get("consent", party["role"] == "principal"),
                order=order,
            )
        for key, speaker in self.speakers.items():
            self.add("speakers", **speaker | {"uid": key, "aliases": "|".join(speaker["aliases"])})
        for order, issue in enumerate(self.book["issue"], 1):
            self._issue(issue, order)
        for cell, day, where in self.book["looks"]["rows"]:
            party, issue = cell.split()
            self.add(
                "looks",
                uid=f"{party}-{issue}-{day}",
                negotiation=self.slug,
                party=party,
                issue=issue,
                looked_on=day,
                where=where,
                by="the exercise",
            )

    def _issue(self, issue: Row, order: int) -> None:
        row = cut(issue["row"], "slug", "title", "question", "group")
        ordered = issue.get("ordered", False)
        more = {"order": order, "ordered": ordered, "notes": issue["notes"]}
        self.add("issues", negotiation=self.slug, **row, **more)
        merged = issue.get("merged", {})
        for values in issue["options"]:
            option = cut(values, "slug", "label", "rank", "status_quo")
            option.setdefault("status_quo", False)
            into = merged.get(option["slug"])
            option |= {"retired": into is not None, "merged_into": into}
            self.add("options", negotiation=self.slug, issue=row["slug"], **option)

    def source(self, path: Path) -> None:
        """Write one source with its text, and the positions coded from it."""
        coded, name = read(path), path.stem
        text = (self.folder / "texts" / f"{name}.txt").read_bytes()
        digest, about = hashlib.sha256(text).hexdigest(), coded["source"]
        licence = about.get("licence", "CC0-1.0; invented for practice")
        self.add(
            "sources",
            uid=name,
            licence=licence,
            text_sha256=digest,
            text=f"texts/{name}.txt",
            **{k: v for k, v in about.items() if k not in ("translated_from", "licence")},
        )
        start = datetime.fromisoformat(f"{about['accessed_on']}T09:00:00")
        for place, position in enumerate(coded.get("p", [])):
            self.position(position, name, about, start + timedelta(minutes=4 * place))

    def position(self, p: Row, source: str, about: Row, recorded: datetime) -> None:
        """Write a position with its versions and quotes."""
        party, issue = p["at"].split()
        on = p.get("on", about["published_on"])
        key = p.get("key", f"{party}-{issue}-{on}{'-draft' if p.get('draft') else ''}")
        if key in self.keys:
            raise SystemExit(f"{source}: {key} is used twice; give one of them a key")
        self.keys.add(key)
        quotes = [self._quote(q, f"{key}/{n}", key, on, source, about)
                  for n, q in enumerate(p["q"], 1)]  # fmt: skip
        by = "coder B" if p.get("draft") else "coder A"
        status = "draft" if p.get("draft") else "published"
        fields = {
            "uid": key,
            "negotiation": self.slug,
            "party": party,
            "issue": issue,
            "stated_on": on,
            "quotes": " ".join(quotes),
        }
        said = {**p, "status": status, "action": "created" if p.get("draft") else "published"}
        self._version(1, fields, said, f"{recorded.isoformat()}Z", by)
        for n, then in enumerate(p.get("then", []), 2):
            status = "retracted" if then["action"] == "retracted" else "published"
            said = {**said, **then, "status": status}
            self._version(n, fields, said, then["at"], "coder C")

    def _version(self, n: int, fields: Row, p: Row, at: str, by: str) -> None:
        key = fields["uid"]
        self.add(
            "positions",
            **fields | {"version": n},
            status=p["status"],
            act=p.get("act", "states"),
            summary=p["sum"],
            firmness=p["firm"],
            salience=p.get("sal"),
            action=p["action"],
            reason=p.get("reason"),
            recorded_at=at,
            recorded_by=by,
        )
        conditions, inferred = dict(p.get("cond", [])), p.get("inf", [])
        for sign, option in re.findall(r"([-+~])(\S+)", p["is"]):
            self.add(
                "attitudes",
                position=key,
                version=n,
                option=option,
                attitude=SIGNS[sign],
                condition=conditions.get(option),
                inferred=option in inferred,
            )
        for issue, option, kind in p.get("links", []):
            self.add(
                "links", position=key, version=n, issue=issue, option=option or None, kind=kind
            )

    def _quote(self, q: Any, key: str, position: str, on: str, source: str, about: Row) -> str:
        """Write a quote; return its key. One that is only named was written with another."""
        if isinstance(q, str):
            return q
        if isinstance(q, list):
            q = cut(q, "by", "x", "translation")
        speaker = self.speakers.get(q.get("by", ""), {})
        self.add(
            "quotes",
            uid=key,
            position=position,
            source=source,
            exact=q["x"],
            prefix=q.get("prefix"),
            kind="direct" if speaker else "reported",
            language=about["language"],
            translated_from=about.get("translated_from") if speaker else None,
            translation=q.get("translation"),
            said_on=on,
            speaker=q.get("by"),
            office=speaker.get("office"),
            party=speaker.get("party"),
            verification="verified",
        )
        return key


def build(folder: Path) -> None:
    """Write the tables and the descriptor of a package into its folder."""
    with writer.package() as made:
        builder = Builder(made, folder)
        builder.code_book()
        for path in sorted((folder / "coding").glob("[0-9]*.toml")):
            builder.source(path)
        about = builder.book["negotiation"]
        made.close(
            name=about["slug"],
            title=about["title"],
            description=about["summary"],
            licenses=writer.licences(about["licence"]),
        )
        for file in made.files():
            shutil.copyfile(file, folder / file.name)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=PRACTICE)
    build(parser.parse_args().folder)
