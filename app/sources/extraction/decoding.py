"""Decode bytes to text, and tell which encoding was used; pure functions."""

import codecs
import re
from dataclasses import dataclass

import webencodings

from app.core.text_lines import line_ends

MARKS = {
    codecs.BOM_UTF8: "utf-8",
    # before UTF-16, whose byte order mark is the beginning of this one
    codecs.BOM_UTF32_LE: "utf-32",
    codecs.BOM_UTF32_BE: "utf-32",
    codecs.BOM_UTF16_LE: "utf-16",
    codecs.BOM_UTF16_BE: "utf-16",
}
GUESSES = {"windows-1251": "Cyrillic", "windows-1252": "Western European"}
LABELS = {"utf-8": "UTF-8", "utf-16": "UTF-16", "utf-32": "UTF-32"} | {
    name: f"{name.capitalize()} ({script})" for name, script in GUESSES.items()
}
_COMMENT = re.compile(rb"<!--.*?-->", re.DOTALL)
_DECLARED = re.compile(
    rb"""<meta[^>]{1,200}?charset\s{0,9}=\s{0,9}["']?\s{0,9}([A-Za-z0-9_:.-]{1,40})"""
    rb"""|<\?xml[^>]{1,200}?encoding=["']([A-Za-z0-9_:.-]{1,40})""",
    re.IGNORECASE,
)
_WIDE = frozenset(("big5", "euc-jp", "euc-kr", "gb18030", "gbk", "shift_jis"))  # multi-byte
_CHANCE = 30  # bytes at most that form valid UTF-8 by chance in a multi-byte encoding
_FEW = 10  # so many correctly decoded letters outweigh one decoding error
_STRAY = 0.01  # share of zero bytes above which a file is not text
_MANY = 0.5  # share of non-ASCII letters above which the text is not in Latin script


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text with the encoding that it was decoded from.

    `guessed`: nothing in the file tells the encoding.
    """

    text: str
    encoding: str
    guessed: bool = False
    # Where each page begins, in code points: programs that convert PDF put form feeds between them.
    pages: tuple[int, ...] = ()

    @property
    def others(self) -> list[str]:
        """The other encodings that could be tried, where this one is a guess."""
        return [name for name in GUESSES if name != self.encoding] if self.guessed else []


def decode(data: bytes) -> Decoded:
    """Decode plain text by its byte order mark, as UTF-8, or else by a guess.

    Raises ValueError if it is not text.
    """
    for mark, encoding in MARKS.items():
        if data.startswith(mark):
            return _decoded(
                data[len(mark) :].decode("utf-8") if encoding == "utf-8" else data.decode(encoding),
                encoding,
            )
    if data.count(b"\0") > _STRAY * len(data):
        raise ValueError("contains bytes that are not text")
    try:
        return _decoded(data.decode("utf-8"), "utf-8")
    except UnicodeDecodeError:
        pass
    high = sum(byte >= 0xC0 for byte in data)
    letters = high + sum(65 <= byte <= 90 or 97 <= byte <= 122 for byte in data)
    for encoding in sorted(GUESSES, reverse=high < _MANY * letters):
        try:
            return _decoded(data.decode(encoding), encoding, guessed=True)
        except UnicodeDecodeError:
            continue
    raise ValueError("has an unknown encoding: save it as UTF-8")


def decode_html(data: bytes, said: str | None = None) -> Decoded:
    """Decode an HTML page by its byte order mark, as UTF-8 if valid, as declared, or by a guess.

    `said` is the encoding that was named outside of the page. Browsers believe a declaration even
    over valid UTF-8; but they hear it from the server first, and a file has no server.
    """
    if data.startswith(tuple(MARKS)):
        return decode(data)
    encoding = (webencodings.lookup(said) if said else _declared(data)) or webencodings.UTF8
    if encoding is not webencodings.UTF8 and _is_utf8(data, encoding.name in _WIDE):
        encoding = webencodings.UTF8
    codec = codecs.lookup("gb18030") if encoding.name == "gbk" else encoding.codec_info
    text, _ = codec.decode(data, "replace")
    wrong = text.count("\ufffd")
    right = sum(not letter.isascii() for letter in text) - wrong if wrong else 0
    return Decoded(_plain_lines(text), encoding.name) if wrong * _FEW <= right else decode(data)


def _declared(data: bytes) -> webencodings.Encoding | None:
    found = _DECLARED.search(_COMMENT.sub(b"", data[:4096]))
    if found is None:
        return None
    encoding = webencodings.lookup((found[1] or found[2]).decode("ascii"))
    # A page whose declaration can be read as ASCII is not in UTF-16, even if it says so.
    return webencodings.UTF8 if encoding and encoding.name.startswith("utf-16") else encoding


def _is_utf8(data: bytes, is_wide: bool) -> bool:
    try:
        more = len(data) - len(data.decode("utf-8"))
    except UnicodeDecodeError:
        return False
    return more > (_CHANCE if is_wide else 0)


def reread(text: str, was: str, now: str) -> str:
    """Decode a text again, by another encoding than the guessed one.

    Raises ValueError if the text was edited since or does not fit the new encoding.
    """
    if was not in GUESSES or now not in GUESSES:
        raise ValueError("is not one of the encodings to choose from")
    try:
        return text.encode(was).decode(now)
    except UnicodeError:
        raise ValueError(f"cannot be read as {LABELS[now]}") from None


def _decoded(text: str, encoding: str, *, guessed: bool = False) -> Decoded:
    plain, starts = _plain_lines(text), [0]
    for page in text.removeprefix("\ufeff").split("\f"):
        starts.append(starts[-1] + len(line_ends(page)) + 1)
    if not text.endswith("\f"):
        starts.append(len(plain))
    pages = tuple(starts[:-2])
    return Decoded(
        plain, encoding, guessed, pages if len(pages) > 1 and pages[-1] <= len(plain) else ()
    )


def _plain_lines(text: str) -> str:
    return line_ends(text.removeprefix("\ufeff"))
