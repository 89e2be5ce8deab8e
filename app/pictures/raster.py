"""Turn a picture into PNG: in a process of its own, a few at a time, with our fonts."""

import asyncio
import re
import sys
from functools import lru_cache
from pathlib import Path
from subprocess import PIPE
from weakref import WeakKeyDictionary

import anyio

from app.core.errors import TooMany, bad_parameter
from app.http.templating import STATIC
from app.pictures.lettering import is_covered

USUAL_PIXELS, MOST_PIXELS = 8_000_000, 12_000_000  # two to four seconds of one processor
AT_ONCE, MOST_WAITING, RETRY_AFTER = 2, 16, 5
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
FONTS = STATIC / "vendor/fonts"
PROGRAM = Path(__file__).with_name("rasterize.py")


_gates: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()
_asked: WeakKeyDictionary[asyncio.AbstractEventLoop, int] = WeakKeyDictionary()


def scale_for(svg: str, asked: int | None) -> float:
    """Return how many pixels are drawn for one of the picture: 2, or fewer where it is large.

    Raise Invalid if the scale that is asked for makes too large a picture.
    """
    width, height = SIZE.findall(svg)[0]  # as Canvas.finish writes it
    pixels = float(width) * float(height)
    if asked is None:
        return min(2.0, (min(USUAL_PIXELS, MOST_PIXELS) / pixels) ** 0.5)
    if pixels * asked**2 > MOST_PIXELS:
        large, most = round(pixels * asked**2 / 1e6), MOST_PIXELS // 1_000_000
        raise bad_parameter("scale", f"makes {large} megapixels; a picture has {most} at most")
    return float(asked)


async def to_png(svg: str, scale: float) -> bytes:
    """Draw a picture; raise TooMany if very many wait. Who stops waiting ends the process."""
    loop = asyncio.get_running_loop()
    gate = _gates.setdefault(loop, asyncio.Semaphore(AT_ONCE))
    asked = _asked.get(loop, 0)
    if asked >= AT_ONCE + MOST_WAITING:
        raise TooMany("Too many pictures are being drawn; try again in a moment.", RETRY_AFTER)
    _asked[loop] = asked + 1
    try:
        async with gate:
            return await draw(svg, scale)
    finally:
        _asked[loop] -= 1


async def draw(svg: str, scale: float) -> bytes:
    """Draw a picture at once."""
    # The same bytes on every machine; only scripts that our fonts lack ask the system.
    system = "no" if is_covered(svg) else "yes"
    command = [sys.executable, "-I", str(PROGRAM), str(scale), system, *fonts()]
    done = await anyio.run_process(command, input=svg.encode(), stdout=PIPE, stderr=None)
    return done.stdout


@lru_cache(maxsize=1)
def fonts() -> list[str]:
    """List the files of the fonts, always in the same order."""
    return sorted(map(str, FONTS.glob("*.ttf")))
