"""Write every export of a temporary Parley to files, with the API's answers beside them.

It has the example and the nasty negotiation.
"""

import contextlib
import json
import os
import secrets
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from consumers import nasty

ROOT = Path(__file__).resolve().parents[2]
PARLEY = str(ROOT / ".venv/bin/parley")
EXAMPLE = "ukraine-ceasefire-2025"
EXPORTS = {
    "quotes.csv": "export.csv",
    "quotes-exact.csv": "export.csv?exact=1",
    "quotes-bom.csv": "export.csv?bom=1",
    "matrix.csv": "export.csv?shape=matrix",
    "book.xlsx": "export.xlsx",
    "matrix.json": "export.json",
    "package.zip": "export.zip",
    "agreement.graphml": "export.graphml",
    "edges.csv": "export/edges.csv",
    "bargaining.csv": "export/bargaining.csv",
    "feed.atom": "feed.atom",
}
FORMS = ("txt", "bib", "ris", "json")


class Site:
    """A running Parley, with an editor's token."""

    def __init__(self, port: int, token: str) -> None:
        self.url, self.token = f"http://127.0.0.1:{port}", token

    def fetch(self, path: str, body: Any = None, **headers: str) -> bytes:
        """Send a request and return the body."""
        data = None if body is None else json.dumps(body).encode()
        sent = headers | (
            {"Content-Type": "application/json", "Authorization": f"Bearer {self.token}"}
            if data
            else {}
        )
        request = urllib.request.Request(f"{self.url}{path}", data, sent)  # noqa: S310  (our own server)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310  (the same)
                return bytes(answer.read())
        except urllib.error.HTTPError as error:
            sys.exit(f"{path}: {error.code} {error.read().decode()[:2000]}")

    def ask(self, path: str) -> Any:
        """Return the JSON that a GET answers."""
        return json.loads(self.fetch(f"/api/v1{path}"))

    def post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST JSON and return the `data` of the answer."""
        return dict(json.loads(self.fetch(f"/api/v1{path}", body))["data"])

    def walk(self, path: str) -> list[Any]:
        """Return all items of a list, page by page."""
        found: list[Any] = []
        cursor = ""
        while True:
            page = self.ask(f"{path}{cursor}")
            found += page["data"]
            if not page["meta"]["next"]:
                return found
            cursor = f"&cursor={page['meta']['next']}"


@contextlib.contextmanager
def serving(home: Path) -> Iterator[Site]:
    """Serve the example and the nasty negotiation while the block runs."""
    kept = {n: v for n, v in os.environ.items() if not n.startswith(("PARLEY_", "DATABASE_", "PG"))}
    environment = kept | {"PARLEY_HOME": str(home)}

    def parley(*arguments: str, given: str | None = None) -> str:
        done = subprocess.run(
            [PARLEY, *arguments], env=environment, input=given, capture_output=True, text=True
        )
        if done.returncode:
            sys.exit(f"parley {' '.join(arguments)}: {done.stderr}")
        return done.stdout.strip()

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    password = secrets.token_urlsafe(20)
    parley("migrate")
    parley("import", str(ROOT / "seeds" / EXAMPLE))
    parley("user", "add", "ada", "--role", "admin", "--password-stdin", given=f"{password}\n")
    token = parley("token", "add", "ada", "--name", "exports")
    with open(home / "serve.log", "wb") as log:
        server = subprocess.Popen(
            [PARLEY, "serve", "--port", str(port)], env=environment, stdout=log, stderr=log
        )
    try:
        site = Site(port, token)
        _wait(site, server)
        nasty.fill(site.post)
        release(site, "ada", password)
        yield site
    finally:
        server.terminate()
        server.wait(60)


def release(site: Site, name: str, password: str) -> None:
    """Freeze a release with the admin's form."""
    browser = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())
    browser.addheaders = [("Sec-Fetch-Site", "same-origin")]
    title = {
        "title": "First, “release” & more",
        "changelog": "Everything.\nSecond line.",
        "number": "1",
    }
    for path, form in (
        ("/login", {"name": name, "password": password}),
        (f"/n/{nasty.SLUG}/releases/new", title),
    ):
        with browser.open(
            f"{site.url}{path}", urllib.parse.urlencode(form).encode(), timeout=60
        ) as answer:
            answer.read()


def _wait(site: Site, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        with contextlib.suppress(OSError), urllib.request.urlopen(f"{site.url}/readyz", timeout=5):  # noqa: S310  (the same)
            return
        if server.poll() is not None:
            break
        time.sleep(0.2)
    sys.exit("the server does not answer")


def make(site: Site, folder: Path) -> None:
    """Write all exports of each negotiation into a folder of its name, with `truth.json`."""
    for slug in (nasty.SLUG, EXAMPLE):
        place = folder / slug
        (place / "cite").mkdir(parents=True)
        (place / "ld").mkdir()
        known_at = site.ask(f"/negotiations/{slug}")["meta"]["known_at"]
        for name, path in EXPORTS.items():
            mark = "&" if "?" in path else "?"
            (place / name).write_bytes(site.fetch(f"/n/{slug}/{path}{mark}known_at={known_at}"))
        positions = site.walk(f"/positions?negotiation={slug}&limit=500&known_at={known_at}")
        quotes = [q["id"] for p in positions for q in p["quotes"]]
        sources = sorted({q["source"]["id"] for p in positions for q in p["quotes"]})
        works = [
            f"/n/{slug}",
            *(f"/positions/{p['id']}" for p in positions),
            *(f"/sources/{n}" for n in sources),
        ]
        works += [f"/quotes/{n}" for n in quotes]
        works += [f"/n/{slug}/releases/1"] if slug == nasty.SLUG else []
        for n, work in enumerate(works):
            for form in FORMS:
                (place / "cite" / f"{n:03}.{form}").write_bytes(site.fetch(f"{work}/cite.{form}"))
        for n in quotes:
            data = site.fetch(f"/api/v1/quotes/{n}", Accept="application/ld+json")
            (place / "ld" / f"quote-{n}.json").write_bytes(data)
        for n, work in enumerate(works):
            page = site.fetch(work).decode()
            block = page.partition('<script type="application/ld+json">')[2].partition("</script>")[
                0
            ]
            (place / "ld" / f"page-{n:03}.json").write_text(block)
        truth = {
            "positions": positions,
            "sources": [site.ask(f"/sources/{n}")["data"] for n in sources],
            "matrix": site.ask(f"/negotiations/{slug}/matrix?known_at={known_at}")["data"],
            "pairs": site.ask(f"/negotiations/{slug}/agreement?known_at={known_at}")["data"][
                "pairs"
            ],
            "works": works,
        }
        (place / "truth.json").write_text(json.dumps(truth, ensure_ascii=False))
    zipped = site.fetch(f"/n/{nasty.SLUG}/releases/1.zip")
    (folder / nasty.SLUG / "release.zip").write_bytes(zipped)
