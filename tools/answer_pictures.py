"""Take a picture of the answer to each question of docs/answers.md: make pictures."""

import io
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tools.browser import find
from tools.pictures import serving

ROOT = Path(__file__).resolve().parents[1]
FOLDER = ROOT / "docs" / "answers"
SIZE = {"width": 1200, "height": 720}
MOST_BYTES, COLOURS = 100_000, 64
TALKS, AS_OF = "/n/practice", "as_of=2025-03-31"


@dataclass(frozen=True)
class Answer:
    """Where the answer to a question is: a page, what is clicked there, and the part shown."""

    file: str
    address: str
    clicked: str | None = None
    part: str | None = None  # the element at the top of the picture
    height: int = SIZE["height"]


ANSWERS = (
    Answer("changed", f"{TALKS}/changes?from=2024-07-15&to=2024-11-30"),
    Answer("blocks", f"{TALKS}/common-ground?{AS_OF}&blocker=dorrin", part="section.ground"),
    Answer("agrees", f"{TALKS}/agreement?{AS_OF}", part=".two"),
    Answer("differ", f"{TALKS}/compare?party=kastrel&party=dorrin&{AS_OF}"),
    Answer("red-lines", f"{TALKS}/parties/dorrin?{AS_OF}", part='.rows li:has-text("Red line")'),
    Answer("before", f"{TALKS}/cells/kastrel/lake-level?{AS_OF}", part=".history", height=420),
    Answer(
        "quote",
        f"{TALKS}/compare?party=kastrel&party=dorrin&{AS_OF}",
        clicked=".compared blockquote a",
    ),
    Answer("unsaid", f"{TALKS}/coverage?{AS_OF}"),
    Answer("concession", f"{TALKS}/packages?{AS_OF}", part="[aria-labelledby=moves]"),
    Answer("sure", f"{TALKS}/cells/kastrel/lake-level?{AS_OF}", part=".sure", height=420),
    Answer("contradicts", f"{TALKS}/contradictions?{AS_OF}"),
    Answer("when", f"{TALKS}/timeline?issue=lake-level&{AS_OF}"),
)


def take(page: Page, base: str, answer: Answer) -> Path:
    """Take the picture of one answer; fail if it is too large for a page of documentation."""
    page.set_viewport_size({"width": SIZE["width"], "height": answer.height})
    page.goto(base + answer.address)
    page.evaluate("document.fonts.ready")
    if answer.clicked:
        page.click(answer.clicked)
        page.wait_for_load_state()
    if answer.part:
        page.locator(answer.part).first.evaluate("element => element.scrollIntoView()")
    file = FOLDER / f"{answer.file}.png"
    taken = Image.open(io.BytesIO(page.screenshot()))
    taken.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE).save(file, optimize=True)
    if file.stat().st_size > MOST_BYTES:
        raise SystemExit(f"{file.name} has {file.stat().st_size:,} bytes: make it smaller.")
    return file


def main() -> None:
    """Take all pictures."""
    path = find()
    if path is None:
        raise SystemExit("There is no Chromium on this machine.")
    FOLDER.mkdir(exist_ok=True)
    with serving() as base, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=["--no-sandbox"])
        page = browser.new_page(color_scheme="light", reduced_motion="reduce")
        for answer in ANSWERS:
            print(take(page, base, answer).relative_to(ROOT))
        browser.close()


if __name__ == "__main__":
    main()
