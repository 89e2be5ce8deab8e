"""Turn a picture into PNG: in a thread, a few at a time, with the fonts that come with Parley.

`resvg` is loaded with the first picture. It releases the interpreter while it draws.
"""

import re
from functools import lru_cache

import anyio
import anyio.to_thread

from app.core.errors import TooMany, bad_parameter
from app.http.templating import STATIC
from app.pictures.lettering import is_covered

MOST_PIXELS = 12_000_000  # about a second of one processor
AT_ONCE, MOST_WAITING, RETRY_AFTER = 2, 16, 5
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
FONTS = STATIC / "vendor/fonts"


class Waiting:
    """Count the pictures that are drawn or wait for it."""

    def __init__(self) -> None:
        self.number = 0
        self.limiter: anyio.CapacityLimiter | None = None


waiting = Waiting()


def scale_for(svg: str, asked: int | None) -> float:
    """Return how many pixels are drawn for one of the picture: 2, or fewer where it is large.

    Raise Invalid if the scale that is asked for makes too large a picture.
    """
    width, height = SIZE.findall(svg)[0]  # as Canvas.finish writes it
    pixels = float(width) * float(height)
    if asked is None:
        return min(2.0, (MOST_PIXELS / pixels) ** 0.5)
    if pixels * asked**2 > MOST_PIXELS:
        large, most = round(pixels * asked**2 / 1e6), MOST_PIXELS // 1_000_000
        raise bad_parameter("scale", f"makes {large} megapixels; a picture has {most} at most")
    return float(asked)


async def to_png(svg: str, scale: float) -> bytes:
    """Draw a picture; raise TooMany if very many wait."""
    if waiting.number >= AT_ONCE + MOST_WAITING:
        raise TooMany("Too many pictures are being drawn; try again in a moment.", RETRY_AFTER)
    waiting.limiter = waiting.limiter or anyio.CapacityLimiter(AT_ONCE)
    waiting.number += 1
    try:
        return await anyio.to_thread.run_sync(_draw, svg, scale, limiter=waiting.limiter)
    finally:
        waiting.number -= 1


def _draw(svg: str, scale: float) -> bytes:
    import resvg_py

    return bytes(
        resvg_py.svg_to_bytes(
            svg_string=svg,
            zoom=scale,
            font_files=fonts(),
            # The same bytes on every machine; only scripts that our fonts lack ask the system.
            skip_system_fonts=is_covered(svg),
            sans_serif_family="Source Sans 3",
            serif_family="Source Serif 4",
        )
    )


@lru_cache(maxsize=1)
def fonts() -> list[str]:
    """List the files of the fonts, always in the same order."""
    return sorted(map(str, FONTS.glob("*.ttf")))
