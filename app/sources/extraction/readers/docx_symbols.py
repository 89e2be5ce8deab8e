"""Map codes of the fonts Symbol and Wingdings, as DOCX stores them, to characters."""

_SYMBOL = dict(
    zip(
        (*range(0x21, 0x7F), *range(0xA0, 0xF0), *range(0xF1, 0xFF)),
        "!∀#∃%&∋()∗+,−./0123456789:;<=>?≅ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾"
        "αβχδεφγηιϕκλμνοπθρστυϖωξψζ{|}∼"
        "€ϒ′≤⁄∞ƒ♣♦♥♠↔←↑→↓°±″≥×∝∂•÷≠≡≈…⏐⎯↵ℵℑℜ℘⊗⊕∅∩∪⊃⊇⊄⊂⊆∈∉∠∇®©™∏√⋅¬∧∨⇔⇐⇑⇒⇓◊〈®©™∑⎛⎜⎝⎡⎢⎣⎧⎨⎩⎪"
        "〉∫⌠⎮⌡⎞⎟⎠⎤⎥⎦⎫⎬⎭",
        strict=True,
    )
)
_WINGDINGS = {
    0x4A: "☺", 0x4C: "☹", 0x6C: "●", 0x6E: "■", 0x6F: "□", 0x71: "❑", 0x76: "❖", 0xA7: "▪",
    0xA8: "◻", 0xD8: "➢", 0xDF: "←", 0xE0: "→", 0xE1: "↑", 0xE2: "↓", 0xE8: "➔", 0xFB: "✗",
    0xFC: "✓", 0xFD: "☒", 0xFE: "☑",
}  # fmt: skip
_FONTS = {"symbol": _SYMBOL, "wingdings": _WINGDINGS}


def symbol(font: str, code: int) -> str:
    """Return the character that a symbol font shows for a code; an unknown code stays as it is."""
    known = _FONTS.get(font.lower(), {})
    return (
        known.get(code & 0xFF, chr(code)) if code < 0x100 or 0xF000 <= code < 0xF100 else chr(code)
    )


def shown(font: str, words: str) -> str:
    """Return words as a symbol font shows them, or as they are in any other font.

    Some programs store a code for each symbol, others plain letters in the symbol font.
    """
    known = _FONTS.get(font.lower())
    return "".join(symbol(font, ord(c)) for c in words) if known else words
