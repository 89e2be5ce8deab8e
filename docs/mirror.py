#!/usr/bin/env python3
"""Mirror the public data of a Parley server into a SQLite file, with nothing but Python.

    python docs/mirror.py http://127.0.0.1:8000 mirror.sqlite            # catch up once
    python docs/mirror.py http://127.0.0.1:8000 mirror.sqlite --watch 30 # and go on, asking every 30 seconds
    python docs/mirror.py http://127.0.0.1:8000 mirror.sqlite --follow   # and go on, asking when there is more

The feed `GET /api/v1/changes` gives every version that was ever public, oldest first. A version shows its sources,
speakers and checks as they were when it was recorded; what became of them since comes in entries of their own. So the
mirror keeps the newest version of each object, and `positions()` puts them together as the server does today. What is
redacted comes as a new version too (action `redacted`), which takes the place of the words that had to go.
"""

import argparse
import json
import sqlite3
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator

TABLES = """
CREATE TABLE IF NOT EXISTS place (one INTEGER PRIMARY KEY CHECK (one = 1), cursor TEXT);
CREATE TABLE IF NOT EXISTS object (type TEXT, id INTEGER, version INTEGER, action TEXT, at TEXT, data TEXT,
                                   PRIMARY KEY (type, id));
CREATE TABLE IF NOT EXISTS quote_check (quote INTEGER PRIMARY KEY, result TEXT);
"""
CHECKED = ("verification", "start", "end", "segments", "prefix", "suffix", "page", "link")


class Mirror:
    def __init__(self, base: str, path: str) -> None:
        self.base = base.rstrip("/")
        self.db = sqlite3.connect(path)
        self.db.executescript(TABLES)

    def catch_up(self, limit: int = 500) -> int:
        """Take over every entry that is new; gives their number. May be stopped and started again at any time."""
        taken = 0
        while True:
            entries = self.fetch(self.cursor(), limit)
            # Entries and the place in the feed are kept together or not at all: nothing is lost, nothing counted twice.
            with self.db:
                for entry in entries:
                    self.take(entry)
                if entries:
                    self.db.execute(
                        "INSERT OR REPLACE INTO place VALUES (1, ?)", (entries[-1]["cursor"],)
                    )
            taken += len(entries)
            if len(entries) < limit:
                return taken

    def follow(self, silence: float = 45) -> Iterator[int]:
        """Catch up whenever the server says that there is more, until the connection ends; gives the numbers."""
        known = {"Last-Event-ID": self.cursor() or ""}
        request = urllib.request.Request(f"{self.base}/api/v1/events", headers=known)
        with urllib.request.urlopen(
            request, timeout=silence
        ) as stream:  # it sends a sign of life every 15 s
            for line in stream:
                if line.startswith(b"id: "):
                    told = line[4:].decode().strip()
                    for wait in (
                        0,
                        0.5,
                        1,
                        2,
                    ):  # another server process may learn of it a moment later
                        time.sleep(wait)
                        yield self.catch_up()
                        if self.cursor() == told:
                            break

    def cursor(self) -> str | None:
        row = self.db.execute("SELECT cursor FROM place").fetchone()
        return row and row[0]

    def fetch(self, after: str | None, limit: int) -> list[dict]:
        query = urllib.parse.urlencode({"limit": limit, **({"after": after} if after else {})})
        try:
            return self.ask(f"{self.base}/api/v1/changes?{query}")
        except urllib.error.HTTPError as error:
            if (
                error.code == 422 and after
            ):  # the server was restored from a backup: its log is another one now
                with self.db:
                    for statement in (
                        "DELETE FROM place",
                        "DELETE FROM object",
                        "DELETE FROM quote_check",
                    ):
                        self.db.execute(statement)
                return self.fetch(None, limit)
            raise

    def ask(self, url: str, tries: int = 10) -> list[dict]:
        """GET the entries of one page; a busy server (503, 429) is asked again after the time it names."""
        while True:
            try:
                with urllib.request.urlopen(url, timeout=60) as answer:
                    return json.load(answer)["data"]
            except urllib.error.HTTPError as error:
                tries -= 1
                if error.code not in (429, 503) or not tries:
                    raise
                time.sleep(float(error.headers.get("Retry-After") or 1))

    def take(self, entry: dict) -> None:
        data = entry["data"] or {}  # null where it had to be redacted
        for check in data.pop("checks", []):
            self.note_check(check["quote"], check)
        for quote in data.get("quotes", []) if entry["type"] == "position" else []:
            self.note_check(quote["id"], quote)
        self.db.execute(
            "INSERT OR REPLACE INTO object VALUES (?, ?, ?, ?, ?, ?)",
            (
                entry["type"],
                entry["id"],
                entry["version"],
                entry["action"],
                entry["at"],
                json.dumps(data),
            ),
        )

    def note_check(self, quote: int, result: dict) -> None:
        kept = json.dumps({name: result[name] for name in CHECKED if name in result})
        self.db.execute("INSERT OR REPLACE INTO quote_check VALUES (?, ?)", (quote, kept))

    # Reading

    def all(self, type: str) -> dict[int, dict]:
        rows = self.db.execute("SELECT id, data FROM object WHERE type = ?", (type,))
        return {number: json.loads(data) for number, data in rows}

    def positions(self) -> dict[int, dict]:
        """Every position in its newest version, with the sources, speakers and checks of today."""
        sources, speakers = self.all("source"), self.all("speaker")
        checks = {
            q: json.loads(r) for q, r in self.db.execute("SELECT quote, result FROM quote_check")
        }
        ranks = {(o["negotiation"], o["issue"], o["slug"]): (o["rank"] is None, o["rank"] or 0, number)
                 for number, o in self.all("option").items()}  # fmt: skip
        found = self.all("position")
        for position in found.values():
            cell = position.get("negotiation"), position.get("issue")
            position.get("inferred", []).sort(key=lambda option, cell=cell: ranks[(*cell, option)])
            for quote in position.get("quotes", []):
                quote.update(checks[quote["id"]])
                source = sources[quote["source"]["id"]]
                quote["source"] = {name: source[name] for name in quote["source"]}
                quote["link"] = move(quote["link"], source["url"])
                if (
                    quote["speaker_id"] in speakers
                ):  # the office and party stay those of when it was said
                    quote["speaker"]["name"] = speakers[quote["speaker_id"]]["name"]
        return found


def move(link: str | None, url: str | None) -> str | None:
    """The link into a source whose address may have been corrected since."""
    if link is None or url is None:
        return None
    _, mark, fragment = link.partition("#")
    return url.partition("#")[0] + mark + fragment


def main() -> int:
    parser = argparse.ArgumentParser(
        description="Mirror the public data of a Parley server into a SQLite file."
    )
    parser.add_argument("server")
    parser.add_argument("file")
    parser.add_argument("--watch", type=float, metavar="SECONDS", help="go on, asking this often")
    parser.add_argument(
        "--follow",
        action="store_true",
        help="go on, asking when the server says that there is more",
    )
    asked = parser.parse_args()
    pause = asked.watch or 5
    mirror = Mirror(asked.server, asked.file)
    while True:
        try:
            print(f"{mirror.catch_up()} new entries", flush=True)
            for taken in mirror.follow() if asked.follow else ():
                print(f"{taken} new entries", flush=True)
        except OSError as error:  # not there, or not just now
            print(f"mirror: {error}", file=sys.stderr)
            if not (asked.watch or asked.follow):
                return 1
        if not (asked.watch or asked.follow):
            return 0
        time.sleep(pause)


if __name__ == "__main__":
    sys.exit(main())
