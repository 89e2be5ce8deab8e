"""Specify a checkout of Parley: this one, or an older one to be measured beside it."""

import hashlib
import json
import os
import secrets
import subprocess
import urllib.parse
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import psycopg

from bench.fidelity.programs import say
from bench.package import convert, write_descriptor, write_table
from bench.peers.specs import LIST, WRITE, Ground, Operation, Spec, Values

ROOT = Path(__file__).parents[2]
API = "/api/v1/negotiations/bench"
KEPT = "_l_kept_"  # in the name of a database that is not filled again when the code changes
PASSWORD = secrets.token_urlsafe() + "\n"  # of an account that lives for a run
READS = {
    LIST: Operation(
        "/api/v1/positions?negotiation=bench&party=p{party}&since=2023-01-01", '"stated_on"'
    ),
    "cell page": Operation("/n/bench/cells/p{party}/i{issue}", "<mark"),
    "position page": Operation("/positions/{position}", "<mark"),
    "quote page": Operation("/quotes/{quote}", "<mark"),
    "search page": Operation("/search?q=sector{word}", 'class="snippet"'),
}
MATRIX = {
    "matrix page": Operation("/n/bench", "data-position"),
    "matrix json": Operation(f"{API}/matrix", '"stated_on"'),
    "matrix page, 304": Operation("/n/bench", status=304, unchanged=True),
    "matrix json, 304": Operation(f"{API}/matrix", status=304, unchanged=True),
}
# The window that each page begins with. None is to be slower than the matrix, of all cells.
ANALYSES = {
    "changes page": Operation("/n/bench/changes?from=2026-01-01", 'class="change'),
    "timeline page": Operation("/n/bench/timeline?issue=i{issue}", "<rect"),
    "agreement page": Operation("/n/bench/agreement", "step-"),
    "compare page": Operation("/n/bench/compare?party=p{party}&party=p{other}", "<blockquote"),
    "common ground page": Operation("/n/bench/common-ground", "<blockquote"),
    "packages page": Operation("/n/bench/packages?issue=i{issue}&issue=i{next}", "<tr"),
    "contradictions page": Operation("/n/bench/contradictions", "<blockquote"),
}
EXPORTS = {
    "export csv": Operation("/n/bench/export.csv", "\n"),
    "export json": Operation("/n/bench/export.json", '"exact"'),
}
CREATE = {
    WRITE: Operation(
        "/api/v1/positions",
        status=201,
        type="application/json",
        headers={"Authorization": "Bearer {token}"},
        body='{"negotiation": "bench", "party": "p{party}", "issue": "i{issue}",'
        ' "attitudes": {"o1": "prefers"}, "firmness": "demand", "summary": "{summary}",'
        ' "stated_on": "2020-01-01", "quotes": [{"source_id": 1, "exact": "{exact}",'
        ' "kind": "direct"}]}',
    )
}
WINDOW = {
    "matrix page, 20 x 20": Operation("/n/bench?{window}", "data-position"),
    "matrix page, 20 x 20, past": Operation("/n/bench?{window}&{past}", "data-position"),
    "matrix json, 20 x 20": Operation(f"{API}/matrix?{{window}}", '"stated_on"'),
}


def pair(ground: Ground, checkout: Path, name: str) -> list[Spec]:
    """Specify a checkout twice, on one database: computing every answer, and with its cache."""
    home = Checkout(checkout, ground)
    prepare = cache(home.prepare)
    cached = MATRIX | READS | ANALYSES | CREATE
    uncached = cached | EXPORTS
    return [
        home.spec(f"{name}, no cache", home.name, uncached, prepare=prepare),
        home.spec(name, home.name, cached, prepare=prepare, cached=True),
    ]


def reading(ground: Ground, checkout: Path, name: str) -> Spec:
    """Specify a checkout on a database that is kept as it is, since copying it takes long.

    What a run saves stays in it.
    """
    home = Checkout(checkout, ground)

    def prepare() -> Values:
        home.fill()
        return home.past() | home.editor(home.full)

    return home.spec(name, home.full, WINDOW | READS | CREATE, prepare=prepare)


def version_of(checkout: Path) -> str:
    """Return the commit of a checkout, or else the name of its folder."""
    asked: list[str | Path] = ["git", "-C", checkout, "rev-parse", "--short", "HEAD"]
    done = subprocess.run(asked, capture_output=True, text=True, check=False)
    return done.stdout.strip() or checkout.name


def sweep(server: str, checkouts: Sequence[Path]) -> None:
    """Drop the databases that earlier runs filled by other code than that of the checkouts.

    Those of size L are kept: filling one takes half an hour.
    """
    codes = (*(code_of(folder) for folder in checkouts), KEPT)
    with psycopg.connect(server, autocommit=True) as connection:
        found = connection.execute("SELECT datname FROM pg_database").fetchall()
        for (name,) in found:
            if name.startswith("parley_") and not any(code in name for code in codes):
                connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def code_of(folder: Path) -> str:
    """Return what differs whenever other code would fill a database."""
    digest = hashlib.sha256()
    for room in ("app", "migrations"):
        for path in sorted((folder / room).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


class Checkout:
    """A checkout with its own environment, and its databases on the server of the bench."""

    def __init__(self, folder: Path, ground: Ground) -> None:
        self.folder, self.ground = folder.resolve(), ground
        self.program = self.folder / ".venv/bin/parley"
        if not self.program.exists():
            raise SystemExit(f"{self.folder} has no .venv/bin/parley: run `make setup` there.")
        code = code_of(self.folder)
        if ground.size == "L":
            code = f"kept_{hashlib.sha256(str(self.folder).encode()).hexdigest()[:12]}"
        self.name = f"parley_{ground.size.lower()}_{code}"
        self.full = f"{self.name}_full"

    def spec(
        self,
        name: str,
        database: str,
        operations: Mapping[str, Operation],
        *,
        prepare: Callable[[], Values],
        cached: bool = False,
    ) -> Spec:
        """Specify its server."""
        return Spec(
            name,
            self.ground,
            [str(self.program), "serve", "--port", "{port}"],
            "/readyz",
            operations,
            self._environment(database) | {"PARLEY_CACHE": "on" if cached else "off"},
            folder=self.folder,
            prepare=prepare,
            locate=located,
            patience=120,
        )

    def fill(self) -> None:
        """Import the data into a database, unless this code has done so before.

        A database that is kept while the code changes is brought up to date.
        """
        with psycopg.connect(self.ground.server, autocommit=True) as connection:
            names = {row[0] for row in connection.execute("SELECT datname FROM pg_database")}
            if self.full in names:
                self._run(self.full, "migrate")
                return
            making = f"{self.name}_making"
            connection.execute(f"DROP DATABASE IF EXISTS {making} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {making}".encode())
            say(f"Importing size {self.ground.size} into Parley, once …")
            self._run(making, "migrate")
            self._run(making, "import", str(_package(self.ground)))
            self._run(making, "import", str(_later(self.ground)))
            self._analyze(making)
            renamed = f"ALTER DATABASE {making} RENAME TO {self.full}"
            connection.execute(renamed.encode())

    def prepare(self) -> Values:
        """Copy the filled database: a log of what happened cannot have inserts taken out."""
        self.fill()
        with psycopg.connect(self.ground.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)".encode())
            copied = f"CREATE DATABASE {self.name} TEMPLATE {self.full} STRATEGY FILE_COPY"
            connection.execute(copied.encode())
        self._analyze(self.name)
        return self.editor(self.name)

    def editor(self, database: str) -> dict[str, object]:
        """Add an editor, and return a token of his."""
        name = f"bench-{secrets.token_hex(4)}"
        role = ["--role", "editor", "--password-stdin"]
        self._run(database, "user", "add", name, *role, given=PASSWORD)
        told = self._run(database, "token", "add", name, "--name", "bench")
        return {"token": told.strip()}

    def past(self) -> dict[str, object]:
        """Return the instant of the import, which is no longer the newest of the log."""
        asked = "SELECT at AT TIME ZONE 'UTC' FROM log_commit WHERE batch = 'import' ORDER BY seq"
        with psycopg.connect(self._address(self.full)) as connection:
            found = connection.execute(asked).fetchone()
        if found is None:
            raise RuntimeError(f"{self.full} has no import")
        return {"past": f"known_at={found[0].isoformat(timespec='microseconds')}Z"}

    def _address(self, database: str) -> str:
        parts = urllib.parse.urlsplit(self.ground.server)
        return urllib.parse.urlunsplit(parts._replace(path=f"/{database}"))

    def _analyze(self, database: str) -> None:
        with psycopg.connect(self._address(database), autocommit=True) as connection:
            connection.execute("VACUUM ANALYZE")

    def _environment(self, database: str) -> dict[str, str]:
        return {
            "DATABASE_URL": self._address(database),
            "PARLEY_UNSAFE_DATABASE": "on",
            "PYTHONPATH": str(self.folder),
        }

    def _run(self, database: str, *arguments: str, given: str | None = None) -> str:
        """Run one of its commands; return the standard output."""
        done = subprocess.run(
            [self.program, *arguments],
            cwd=self.folder,
            env=os.environ | self._environment(database),
            input=given,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            command = " ".join(arguments)
            raise SystemExit(f"{self.folder}: parley {command}: {done.stderr[-2000:]}")
        return done.stdout


def _package(ground: Ground) -> Path:
    folder = ground.work / f"package-{ground.size}"
    if not (folder / "datapackage.json").exists():  # which is written last
        convert(ground.data, folder)
    return folder


def _later(ground: Ground) -> Path:
    """Return a package of something else, which is imported after the data."""
    folder = ground.work / "package-later"
    folder.mkdir(parents=True, exist_ok=True)
    write_table(folder, "negotiations", "slug,title", [("later", "Another negotiation")])
    write_descriptor(folder, "later")
    return folder


def located(base: str, drawn: Sequence[Values]) -> list[Values]:
    """Return the addresses drawn, with Parley's numbers of the same positions and quotes."""
    return [{**values, **_numbers(base, values)} for values in drawn]


def _numbers(base: str, values: Values) -> dict[str, object]:
    asked = f"{base}/api/v1/positions?negotiation=bench&{values['position_cell']}"
    with urllib.request.urlopen(asked, timeout=60) as answer:  # noqa: S310 - our own server
        found: list[dict[str, Any]] = json.load(answer)["data"]
    for position in found:
        if position["summary"] == values["position_summary"]:
            return {"position": position["id"], "quote": position["quotes"][0]["id"]}
    raise RuntimeError(f"{asked}: not the position {values['position']} of the data")
