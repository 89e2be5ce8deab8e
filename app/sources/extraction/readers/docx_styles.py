"""Tell which runs of a DOCX are hidden, by their own formatting or by that of their styles."""

from dataclasses import dataclass

from lxml import etree

from app.sources.extraction.readers.docx_package import attribute, child, tag

_OFF = {"0", "false", "off", "none"}
_DEEPEST = 50  # styles that are based on one another, at most


@dataclass(frozen=True, slots=True)
class _Style:
    based_on: str | None
    hidden: bool | None
    font: str | None


class Styles:
    """The styles of a document, with the ones that each is based on."""

    def __init__(self, root: etree._Element | None) -> None:
        self._styles: dict[str, _Style] = {}
        self._paragraph: str | None = None
        defaults = child(child(root, "w:docDefaults"), "w:rPrDefault")
        self._hidden = bool(switched(child(defaults, "w:rPr"), "w:vanish"))
        for style in root if root is not None else ():
            if tag(style) != "w:style" or (name := attribute(style, "w:styleId")) is None:
                continue
            look = child(style, "w:rPr")
            based_on = attribute(child(style, "w:basedOn"), "w:val")
            self._styles[name] = _Style(based_on, switched(look, "w:vanish"), font(look))
            if attribute(style, "w:type") == "paragraph" and attribute(style, "w:default") in (
                "1",
                "true",
                "on",
            ):
                self._paragraph = name

    def hides(self, look: etree._Element | None, paragraph: str | None) -> bool:
        """Tell whether a run is hidden; `look` is its formatting, `paragraph` the id of a style.

        Its own formatting counts first. Hidden both by the style of the paragraph and by that of
        the run means shown, since the two toggle each other.
        """
        own = switched(look, "w:vanish")
        if own is not None:
            return own
        by_run = self._inherited(attribute(child(look, "w:rStyle"), "w:val"))
        return self._hidden or (by_run != self._inherited(paragraph or self._paragraph))

    def font(self, look: etree._Element | None) -> str:
        """Return the name of the font of a run, its own or that of its style."""
        own = font(look)
        name, steps = attribute(child(look, "w:rStyle"), "w:val"), 0
        while own is None and name in self._styles and steps < _DEEPEST:
            own, name, steps = self._styles[name].font, self._styles[name].based_on, steps + 1
        return own or ""

    def _inherited(self, name: str | None) -> bool:
        for _ in range(_DEEPEST):
            style = self._styles.get(name or "")
            if style is None:
                break
            if style.hidden is not None:
                return style.hidden
            name = style.based_on
        return False


def switched(look: etree._Element | None, name: str) -> bool | None:
    """Tell whether formatting switches a property on or off; None where it does not mention it."""
    found = child(look, name)
    if found is None:
        return None
    return (attribute(found, "w:val") or "1").lower() not in _OFF


def font(look: etree._Element | None) -> str | None:
    """Return the name of the font that formatting sets for Latin letters, if any."""
    return attribute(child(look, "w:rFonts"), "w:ascii")
