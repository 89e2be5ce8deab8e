"""Turn a picture into PNG: in a process of its own, with our fonts.

Only as many at a time as there are places for dear questions (`app/http/dear.py`).
"""

import re
import sys
from functools import lru_cache
from pathlib import Path
from subprocess import PIPE

import anyio

from app.core.errors import bad_parameter
from app.http.templating import STATIC
from app.pictures.lettering import is_covered

USUAL_PIXELS, MOST_PIXELS = 8_000_000, 12_000_000  # two to four seconds of one processor
SIZE = re.compile(r'<svg [^>]*?width="([\d.]+)" height="([\d.]+)"')
FONTS = STATIC / "vendor/fonts"
PROGRAM = Path(__file__).with_name("rasterize.py")


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
    """Draw a picture. Who stops waiting ends the process."""
    # The same bytes on every machine; only scripts that our fonts lack ask the system.
    system = "no" if is_covered(svg) else "yes"
    command = [sys.executable, "-I", str(PROGRAM), str(scale), system, *fonts()]
    done = await anyio.run_process(command, input=svg.encode(), stdout=PIPE, stderr=None)
    return done.stdout


@lru_cache(maxsize=1)
def fonts() -> list[str]:
    """List the files of the fonts, always in the same order."""
    return sorted(map(str, FONTS.glob("*.ttf")))
