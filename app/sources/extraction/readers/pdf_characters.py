"""List the characters of a PDF page that its reader sees, each with its position."""

import ctypes
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdfium2 import PdfPage, raw

_INVISIBLE = {raw.FPDF_TEXTRENDERMODE_INVISIBLE, raw.FPDF_TEXTRENDERMODE_CLIP}
_UNKNOWN = "\ufffd"  # for a glyph without a character: a word that lacks one must not look complete
_SCAN = 0.5  # share of the page above which a picture is a scan, with its recognised words on top
_BLANK = {0x09, 0x0A, 0x0D, 0x20}
_SAME = 0.001  # points
_WHITE = 250  # of 255; each colour channel above this counts as white

# The text object of a character, as a number, to be compared with that of the previous character.
_piece = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p, ctypes.c_int)(
    ctypes.cast(raw.FPDFText_GetTextObject, ctypes.c_void_p).value or 0
)


@dataclass(slots=True)
class Character:
    """Character with its box in points, along (left, right) and across (bottom, top) its line.

    This also holds on a page that is rotated.
    """

    text: str
    left: float
    right: float
    bottom: float
    top: float
    style: "Style"
    spaced: bool  # whether PDFium sees a gap before it


@dataclass(frozen=True, slots=True)
class Style:
    """What all characters of one text object share."""

    base: float  # height of the baseline
    size: float  # size of its font
    turn: int  # quarter turns of its line
    measured: bool  # whether character boxes include the space that the font leaves around letters
    seen: bool
    white: bool


class _Reader:
    def __init__(self, page: PdfPage) -> None:
        self._page = page
        self._text = page.get_textpage()
        self._styles: dict[int, Style] = {}
        self._box = raw.FS_RECTF()
        self._matrix = raw.FS_MATRIX()
        self._tight = [ctypes.c_double() for _ in range(4)]  # left, right, bottom, top
        self._colour = [ctypes.c_uint() for _ in range(4)]  # red, green, blue, alpha
        self._origin = ctypes.c_double(), ctypes.c_double()
        self._frame = page.get_bbox()
        self._scanned: bool | None = None
        self._dark: list[tuple[float, float, float, float]] | None = None

    # Not split, since it runs for every character; calls of PDFium cost more than all else here.
    def characters(self) -> Iterator[Character]:  # noqa: C901
        text, styles, box = self._text.raw, self._styles, self._box
        unicode_of, box_of = raw.FPDFText_GetUnicode, raw.FPDFText_GetLooseCharBox
        lowest_left, lowest, rightmost, highest = self._frame
        spaced, half, key, style = False, 0, 0, None
        for at in range(self._text.count_chars()):
            code, piece = unicode_of(text, at), _piece(text, at)
            if not piece or (code in _BLANK and raw.FPDFText_IsGenerated(text, at) == 1):
                spaced = True
                continue
            if 0xD800 <= code < 0xDC00:
                half = code
                continue
            if half and 0xDC00 <= code < 0xE000:
                code = 0x10000 + ((half - 0xD800) << 10) + (code - 0xDC00)
            half, sign = 0, _sign(code)
            if piece != key or style is None:
                key, style = piece, styles.get(piece)
                if style is None:
                    style = styles[piece] = self._style(text, at)
            if not sign or not style.seen or not box_of(text, at, box):
                continue
            left, bottom, right, top = box.left, box.bottom, box.right, box.top
            if left >= rightmost or right <= lowest_left or bottom >= highest or top <= lowest:
                continue
            if style.white and not self._on_dark((left + right) / 2, (bottom + top) / 2):
                continue
            if style.turn:
                left, right, bottom, top = _turned(style.turn, left, right, bottom, top)
            yield Character(sign, left, right, bottom, top, style, spaced)
            spaced = False

    def _style(self, text: Any, at: int) -> Style:
        piece, matrix, (x, y) = raw.FPDFText_GetTextObject(text, at), self._matrix, self._origin
        raw.FPDFText_GetCharOrigin(text, at, x, y)
        raw.FPDFText_GetMatrix(text, at, matrix)
        size = raw.FPDFText_GetFontSize(text, at) * math.hypot(matrix.c, matrix.d)
        turn = round(math.atan2(matrix.b, matrix.a) / (math.pi / 2)) % 4
        raw.FPDFText_GetCharBox(text, at, *self._tight)
        raw.FPDFText_GetLooseCharBox(text, at, self._box)
        box, tight = self._box, (edge.value for edge in self._tight)
        edges = zip((box.left, box.right, box.bottom, box.top), tight, strict=True)
        # Compared in all four edges: a "w" may fill its width, but never its height.
        same = sum(abs(one - other) for one, other in edges) < _SAME
        coloured = raw.FPDFPageObj_GetFillColor(piece, *self._colour)
        red, green, blue, alpha = (part.value for part in self._colour)
        mode = raw.FPDFTextObj_GetTextRenderMode(piece)
        seen = (mode not in _INVISIBLE or self._is_scan()) and not (coloured and alpha == 0)
        white = bool(coloured) and min(red, green, blue) >= _WHITE
        base = _turned(turn, x.value, x.value, y.value, y.value)[2]
        return Style(
            base, size, turn, not same, seen, white and mode == raw.FPDF_TEXTRENDERMODE_FILL
        )

    def _is_scan(self) -> bool:
        """Tell whether the page is a scanned picture with invisible recognised words on top."""
        if self._scanned is None:
            left, bottom, right, top = self._frame
            area = max((right - left) * (top - bottom), 1)
            pictures = self._boxes(raw.FPDF_PAGEOBJ_IMAGE)
            self._scanned = sum((r - x) * (t - y) for x, y, r, t in pictures) >= _SCAN * area
        return self._scanned

    def _on_dark(self, x: float, y: float) -> bool:
        """Tell whether a point lies on something on which white letters are visible."""
        if self._dark is None:
            others = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_SHADING, raw.FPDF_PAGEOBJ_FORM)
            self._dark = self._boxes(*others) + self._boxes(raw.FPDF_PAGEOBJ_PATH, filled=True)
        return any(
            left <= x <= right and bottom <= y <= top for left, bottom, right, top in self._dark
        )

    def _boxes(self, *kinds: int, filled: bool = False) -> list[tuple[float, float, float, float]]:
        found = []
        for piece in self._page.get_objects(filter=kinds, max_depth=3):
            if not filled or _is_dark(piece.raw):
                found.append(piece.get_bounds())
        return found


def _is_dark(piece: Any) -> bool:
    red, green, blue, alpha = (ctypes.c_uint() for _ in range(4))
    mode, stroke = ctypes.c_int(), ctypes.c_int()
    raw.FPDFPath_GetDrawMode(piece, mode, stroke)
    coloured = raw.FPDFPageObj_GetFillColor(piece, red, green, blue, alpha)
    return bool(mode.value) and (not coloured or min(red.value, green.value, blue.value) < _WHITE)


def _turned(
    turn: int, left: float, right: float, bottom: float, top: float
) -> tuple[float, float, float, float]:
    """Return left, right, bottom and top in the coordinates of a rotated line."""
    match turn:
        case 1:
            return bottom, top, -right, -left
        case 2:
            return -right, -left, -top, -bottom
        case 3:
            return -top, -bottom, left, right
    return left, right, bottom, top


def _sign(code: int) -> str:
    """Return a code point as text; empty for one that is no text, such as a control character."""
    if 0x20 <= code < 0x7F:
        return chr(code)
    if code in (0x02, 0xFFFE):
        return "-"  # a hyphen at the end of a line
    if code in (0, 0xFFFF) or 0xD800 <= code < 0xE000:
        return _UNKNOWN
    if code < 0x20 or 0x7F <= code < 0xA0:
        return " " if code in (0x09, 0x0A, 0x0D, 0x85) else ""
    return chr(code)


def characters(page: PdfPage) -> list[Character]:
    """List the visible characters of a page in the order in which they were written."""
    return list(_Reader(page).characters())
