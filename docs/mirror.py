#!/usr/bin/env python3
"""Mirror the public data of a Parley server into a SQLite file, with Python alone.

    python docs/mirror.py http://127.0.0.1:8000 mirror.sqlite             # catch up once
    python docs/mirror.py http://127.0.0.1:8000 mirror.sqlite --watch 30  # then every 30 seconds
    python docs/mirror.py http://127.0.0.1:8000 mirror.sqlite --follow    # then on each change

The feed `GET /api/v1/changes` gives every version that was ever public, oldest first. A version
shows its sources, speakers and checks as they were when it was recorded; later changes of these
have entries of their own. So the mirror stores the newest version of each object, and `positions()`
combines them as the server does today. A redaction is a new version too (action `redacted`), which
replaces the redacted words.
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
CREATE TABLE IF NOT EXISTS object (type TEXT, id INTEGER, version INTEGER, action TEXT, at TEXT,
                                   data TEXT, PRIMARY KEY (type, id));
CREATE TABLE IF NOT EXISTS quote_check (quote INTEGER PRIMARY KEY, result TEXT);
"""
CHECKED = ("verification", "start", "end", "segments", "prefix", "suffix", "page", "link")


class Mirror:
    """Store the newest version of each public object in a SQLite file."""

    def __init__(self, base: str, path: str) -> None:
        self.base = base.rstrip("/")
        self.db = sqlite3.connect(path)
        self.db.executescript(TABLES)

    def catch_up(self, limit: int = 500) -> int:
        """Store all new entries and return their number; it may be interrupted and run again."""
        taken = 0
        while True:
            entries = self.fetch(self.cursor(), limit)
            # Entries and the cursor are committed together, so nothing is lost or stored twice.
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
        """Catch up on each event of the server until the connection ends.

        Yields the number of new entries each time.
        """
        known = {"Last-Event-ID": self.cursor() or ""}
        request = urllib.request.Request(f"{self.base}/api/v1/events", headers=known)
        # The server sends a comment every 15 s, so silence means that the connection is lost.
        with urllib.request.urlopen(request, timeout=silence) as stream:
            for line in stream:
                if line.startswith(b"id: "):
                    told = line[4:].decode().strip()
                    # Another process of the server may answer, and learn of the change a moment
                    # later.
                    for wait in (0, 0.5, 1, 2):
                        time.sleep(wait)
                        yield self.catch_up()
                        if self.cursor() == told:
                            break

    def cursor(self) -> str | None:
        """Return the cursor of the last stored entry, or None."""
        row = self.db.execute("SELECT cursor FROM place").fetchone()
        return row and row[0]

    def fetch(self, after: str | None, limit: int) -> list[dict]:
        """Return the entries after a cursor.

        If the server was restored from a backup, empty the mirror and begin again.
        """
        query = urllib.parse.urlencode({"limit": limit, **({"after": after} if after else {})})
        try:
            return self.ask(f"{self.base}/api/v1/changes?{query}")
        except urllib.error.HTTPError as error:
            # The cursor is unknown: the server was restored from a backup, with another log.
            if error.code == 422 and after:
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
        """GET the entries of one page; if the server is busy (503, 429), repeat when it says."""
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
        """Store one entry, and the results of checks in it."""
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
        """Store the newest result of checking a quote."""
        kept = json.dumps({name: result[name] for name in CHECKED if name in result})
        self.db.execute("INSERT OR REPLACE INTO quote_check VALUES (?, ?)", (quote, kept))

    def all(self, type: str) -> dict[int, dict]:
        """Return the stored objects of a type, by id."""
        rows = self.db.execute("SELECT id, data FROM object WHERE type = ?", (type,))
        return {number: json.loads(data) for number, data in rows}

    def positions(self) -> dict[int, dict]:
        """Return all positions, newest versions, with today's sources, speakers and checks."""
        sources, speakers = self.all("source"), self.all("speaker")
        checks = {
            q: json.loads(r) for q, r in self.db.execute("SELECT quote, result FROM quote_check")
        }
        ranks = {(o["negotiation"], o["issue"], o["slug"]):
                 (o["rank"] is None, o["rank"] or 0, number)
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
                # Office and party remain those held when it was said.
                if quote["speaker_id"] in speakers:
                    quote["speaker"]["name"] = speakers[quote["speaker_id"]]["name"]
        return found


def move(link: str | None, url: str | None) -> str | None:
    """Return a link into a source, with the source's address of today."""
    if link is None or url is None:
        return None
    _, mark, fragment = link.partition("#")
    return url.partition("#")[0] + mark + fragment


def main() -> int:
    """Run the command."""
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
        except OSError as error:  # the server cannot be reached, or not at the moment
            print(f"mirror: {error}", file=sys.stderr)
            if not (asked.watch or asked.follow):
                return 1
        if not (asked.watch or asked.follow):
            return 0
        time.sleep(pause)


if __name__ == "__main__":
    sys.exit(main())
