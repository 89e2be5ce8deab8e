"""Detect the kind of an uploaded file and extract its text in a process with limits."""

import asyncio
import json
import re
import sys
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from app.core.errors import Fault, Invalid
from app.core.text_lines import UNSTORABLE, unstorable
from app.sources.extraction.decoding import LABELS, MARKS, Decoded, decode, decode_html

SECONDS = {"pdf": 45}  # wall-clock time; the limit on processor time may end it earlier
USUAL_SECONDS = 20
AT_ONCE = 2
ANSWER = 32 * 1024**2  # bytes
TEXT = 5 * 1024**2  # bytes in UTF-8
KINDS = {
    "pdf": "PDF", "docx": "Word document", "html": "web page", "mhtml": "web page",
    "text": "plain text",
}  # fmt: skip
# What browsers recognise as HTML, and elements that a fragment of a page may begin with.
_HTML = re.compile(
    r"<(?:!doctype html|!--|\?xml|(?:a|abbr|article|aside|b|blockquote|body|br|center|cite"
    r"|details|div|em|figure|font|footer|form|h[1-6]|head|header|html|i|iframe|img|li|link|main"
    r"|meta|nav|ol|p|pre|q|script|section|span|strong|style|table|time|title|u|ul)(?=[\s/>]))",
    re.IGNORECASE,
)
_ENDS = re.compile(
    r"</(?:a|b|blockquote|div|em|i|li|p|q|span|strong|sup|table|td|time)>", re.IGNORECASE
)
_ARCHIVE = re.compile(
    r"(?:[a-z-]+:.*\n(?:[ \t].*\n)*)*?content-type:\s*multipart/related", re.IGNORECASE
)
_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Extracted:
    """Text of a file, and its metadata, which the editor who sent the file is to confirm."""

    text: str
    kind: str
    # Those found of title, publisher, author, published_on, language, url, licence.
    fields: dict[str, str]
    encoding: str | None = None
    guessed: bool = False
    others: tuple[str, ...] = ()
    pages: tuple[int, ...] = ()  # where each page begins in the text, in code points
    # Pairs (start, end) of text that a browser's search sees differently from its reader.
    seams: tuple[int, ...] = ()


class UnreadableFile(Invalid):
    """Tell an editor why no text could be extracted from a file."""

    title = "The text of the file could not be read"

    def __init__(self, detail: str) -> None:
        super().__init__(detail, Fault("/file", detail))


async def extract(data: bytes, name: str) -> Extracted:
    """Extract the text of an HTML, MHTML, PDF, DOCX or plain text file.

    Raises UnreadableFile, with the reason, if that is not possible.
    """
    if not data.strip():
        raise UnreadableFile("The file is empty.")
    kind = kind_of(data, name)
    if kind == "text":
        decoded = _decoded(data, html=False)
        if not decoded.text.strip():
            raise UnreadableFile("There is no text in it.")
        if fault := unstorable(decoded.text):
            raise UnreadableFile(f"The file {fault}. Remove it there, and choose the file again.")
        if len(decoded.text.encode("utf-8", "replace")) > TEXT:
            raise UnreadableFile(
                f"The text is longer than {TEXT // 1024**2} MB: choose the part that matters."
            )
        others = tuple(decoded.others)
        return Extracted(
            decoded.text, kind, {}, decoded.encoding, decoded.guessed, others, decoded.pages
        )
    encoding, guessed = None, False
    if kind == "html":
        page = _decoded(data, html=True)
        data = page.text.encode("utf-8", "replace")
        encoding, guessed = page.encoding, page.guessed
    found = await _run(kind, data)
    said = {
        n: UNSTORABLE.sub(" ", str(v))
        for n, v in found.items()
        if v and n not in ("text", "pages", "seams")
    }
    texts = {n: " ".join(v.split()) for n, v in said.items()}
    fields = {n: v for n, v in texts.items() if v}
    pages, seams = (tuple(map(int, found.get(name, ()))) for name in ("pages", "seams"))
    # A character that cannot be stored is shown as a box, if at all; U+FFFD keeps its place.
    text = UNSTORABLE.sub("\ufffd", found["text"])
    return Extracted(text, kind, fields, encoding, guessed, pages=pages, seams=seams)


def reading(found: Extracted) -> str:
    """Describe how a file was read, as in "web page as UTF-8"."""
    encoding = f" as {LABELS.get(found.encoding, found.encoding)}" if found.encoding else ""
    return f"{KINDS[found.kind]}{encoding}{', which is a guess' if found.guessed else ''}"


def kind_of(data: bytes, name: str) -> str:
    """Choose the reader for a file by its bytes, and by its name only if they leave it open."""
    head = _head(data)
    if "%pdf-" in head.lower():
        return "pdf"
    if data.startswith(b"PK"):
        return "docx"
    if data.startswith(b"\xd0\xcf\x11\xe0"):
        raise UnreadableFile(
            "This is a document of an old Word (or Excel): save it as DOCX, or paste its text."
        )
    if head.startswith("{\\rtf"):
        raise UnreadableFile("RTF is not read here: save it as DOCX, or paste its text.")
    if data.startswith(b"bplist00"):
        raise UnreadableFile(
            "A web archive of Safari is not read here: save the page as HTML, or paste its text."
        )
    if _ARCHIVE.match(head.replace("\r\n", "\n")):
        return "mhtml"
    if _HTML.match(head) or name.lower().endswith((".html", ".htm", ".xhtml", ".xht")):
        return "html"
    plain = name.lower().endswith((".txt", ".text", ".md"))
    return "html" if _ENDS.search(head) and not plain else "text"


def _head(data: bytes) -> str:
    """Return the first characters of a file, as far as they can be decoded."""
    start = data[:2048]
    encoding = next(
        (encoding for mark, encoding in MARKS.items() if start.startswith(mark)), "latin-1"
    )
    return start.decode(encoding, "ignore").lstrip("\ufeff \t\r\n")


def _decoded(data: bytes, *, html: bool) -> Decoded:
    try:
        return decode_html(data) if html else decode(data)
    except ValueError as error:
        reason = "is not text" if isinstance(error, UnicodeError) else str(error)
        raise UnreadableFile(
            f"The file {reason}. HTML, PDF, DOCX and plain text are read here."
        ) from None


async def _run(kind: str, data: bytes) -> dict[str, Any]:
    loop = asyncio.get_running_loop()
    gate = _gates.setdefault(loop, asyncio.Semaphore(AT_ONCE))
    async with gate:
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-m",
            "app.sources.extraction.worker",
            kind,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
        )
        try:
            async with asyncio.timeout(SECONDS.get(kind, USUAL_SECONDS)):
                answer, _ = await process.communicate(data)
        except TimeoutError:
            raise UnreadableFile(
                "Reading it takes too long: split it, or paste the part that matters."
            ) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
    try:
        found: dict[str, Any] = json.loads(answer) if len(answer) < ANSWER else {}
    except ValueError:
        found = {}
    if "text" not in found:
        raise UnreadableFile(
            found.get(
                "error",
                "It is too large or too complex to be read here: split it, or paste the part "
                "that matters.",
            )
        )
    return found
