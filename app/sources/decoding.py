"""Turn bytes into text, and say by which reading of them; pure."""

import codecs
import re
from dataclasses import dataclass

from app.core.lines import line_ends

MARKS = {
    codecs.BOM_UTF8: "utf-8",
    codecs.BOM_UTF32_LE: "utf-32",  # before UTF-16, whose mark it begins with
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
GUESSES = {"windows-1251": "Cyrillic", "windows-1252": "Western European"}
LABELS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "utf-32": "UTF-32"} | {
    name: f"{name.capitalize()} ({script})" for name, script in GUESSES.items()
}
_LATIN = {"iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"}  # what browsers read as Windows-1252
_DECLARED = re.compile(
    rb"""<meta[^>]{1,200}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_:.-]{1,40})"""
    rb"""|<\?xml[^>]{1,200}?encoding=["']([A-Za-z0-9_:.-]{1,40})""",
    re.IGNORECASE,
)
_MANY = 0.5  # of the letters: where more are not ASCII, the text is not written in Latin letters


@dataclass(frozen=True, slots=True)
class Decoded:
    """A text with the encoding that it was read by; `guessed` where nothing in the file tells."""

    text: str
    encoding: str
    guessed: bool = False

    @property
    def others(self) -> list[str]:
        """The encodings that it could be read by as well, where this one is a guess."""
        return [name for name in GUESSES if name != self.encoding] if self.guessed else []


def decode(data: bytes) -> Decoded:
    """Read a plain text by its byte order mark, as UTF-8, else by a guess; ValueError if it is no text."""
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return Decoded(
                _plain(data[len(mark) :].decode("utf-8") if encoding == "utf-8" else data.decode(encoding)), encoding
            )
    if b"\0" in data:
        raise ValueError("holds bytes that no text has")
    try:
        return Decoded(_plain(data.decode("utf-8")), "utf-8")
    except UnicodeDecodeError:
        pass
    high = sum(byte >= 0xC0 for byte in data)
    letters = high + sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in data)
    for encoding in sorted(GUESSES, reverse=high < _MANY * letters):
        try:
            return Decoded(_plain(data.decode(encoding)), encoding, guessed=True)
        except UnicodeDecodeError:
            continue
    raise ValueError("is in an encoding that is not known here: save it as UTF-8")


def decode_html(data: bytes) -> Decoded:
    """Read a page as a browser does: by its byte order mark, by what it declares, as UTF-8, else by a guess."""
    declared = _DECLARED.search(data[:4096])
    if declared and not data.startswith(tuple(MARKS)):
        name = (declared[1] or declared[2]).decode("ascii").lower()
        name = "windows-1252" if name in _LATIN else name
        try:
            return Decoded(_plain(data.decode(name)), name)
        except (LookupError, UnicodeDecodeError):
            pass  # many declare what they are not
    return decode(data)


def reread(text: str, was: str, now: str) -> str:
    """Read a text that was guessed by another encoding; ValueError where it has been changed since, or does not fit."""
    if was not in GUESSES or now not in GUESSES:
        raise ValueError("is no encoding to choose from")
    try:
        return text.encode(was).decode(now)
    except UnicodeError:
        raise ValueError(f"cannot be read as {LABELS[now]}") from None


def _plain(text: str) -> str:
    return line_ends(text.removeprefix("\ufeff"))
