"""Take the pictures in README and docs, of the practice negotiation: make pictures."""

import os
import re
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.request import urlopen

from playwright.sync_api import Page, sync_playwright

from tools.browser import find

ROOT = Path(__file__).resolve().parents[1]
PARLEY = ROOT / ".venv" / "bin" / "parley"
ADDRESS = re.compile(r"http://127\.0\.0\.1:\d+")
AS_OF = "as_of=2025-03-31"
PICTURES = {  # by file: the address, and what is clicked there
    "matrix.png": (f"/n/practice?{AS_OF}", "[data-party=kastrel][data-issue=lake-level] a"),
    "common-ground.png": (f"/n/practice/common-ground?{AS_OF}", None),
}


@contextmanager
def serving() -> Iterator[str]:
    """Serve the practice negotiation from a new database; give the address."""
    with tempfile.TemporaryDirectory(prefix="parley-pictures-") as home:
        settings = os.environ | {"PARLEY_HOME": home}
        subprocess.run([PARLEY, "practice"], env=settings, check=True)
        log = Path(home) / "log"
        with log.open("w") as errors:
            server = subprocess.Popen(
                [PARLEY, "serve", "--port", "0"],
                env=settings, stdout=subprocess.PIPE, stderr=errors, text=True,
            )  # fmt: skip
        try:
            found = next(filter(None, map(ADDRESS.search, server.stdout or [])), None)
            if found is None:
                raise SystemExit(f"The server did not start:\n{log.read_text()}")
            await_ready(found[0])
            yield found[0]
        finally:
            server.terminate()
            server.communicate()


def await_ready(address: str) -> None:
    """Wait until the server answers."""
    for _ in range(300):
        try:
            urlopen(f"{address}/readyz").close()  # noqa: S310  (our own server)
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise SystemExit("The server does not answer.")


def take(page: Page, base: str, path: str, clicked: str | None, to: Path) -> None:
    """Take one picture of a page."""
    page.goto(base + path)
    page.evaluate("document.fonts.ready")
    if clicked:
        page.click(clicked)
        page.wait_for_selector(".opened")
        page.wait_for_selector("mark")
    page.screenshot(path=to)


def main() -> None:
    """Take all pictures."""
    path = find()
    if path is None:
        raise SystemExit("There is no Chromium on this machine.")
    with serving() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(
            viewport={"width": 1440, "height": 900}, color_scheme="light", reduced_motion="reduce",
            locale="en-GB",
        )  # fmt: skip
        for name, (address, clicked) in PICTURES.items():
            take(page, base, address, clicked, ROOT / "docs" / name)
            print(f"docs/{name}")
        browser.close()


if __name__ == "__main__":
    main()
