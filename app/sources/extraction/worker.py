"""Extract the text of one file in its own process: bytes on stdin, JSON on stdout.

`process.py` starts it as a module. It needs no setting and no database, and imports nothing but
`readers`. It limits itself before it looks at a byte: a hostile file can bring down only this
process.
"""

import contextlib
import json
import resource
import sys
from importlib import import_module

from app.sources.extraction.readers import TEXT, Found, UnreadableContent

MEMORY = 768 * 1024**2  # bytes of address space
SECONDS = {"pdf": 30}  # of processor time: what a report of several hundred pages takes
USUAL_SECONDS = 10


def main() -> None:
    """Read the file from standard input and write its text and metadata, or an error, as JSON."""
    kind = sys.argv[1]
    _limit(resource.RLIMIT_AS, MEMORY)
    _limit(resource.RLIMIT_CPU, SECONDS.get(kind, USUAL_SECONDS))
    _limit(resource.RLIMIT_FSIZE, 0)
    _limit(resource.RLIMIT_CORE, 0)
    data = sys.stdin.buffer.read()
    try:
        found = read(kind, data)
        if len(found["text"].encode("utf-8", "replace")) > TEXT:
            raise UnreadableContent(f"Its text is longer than {TEXT // 1024**2} MB.")
        if not found["text"].strip():
            raise UnreadableContent("There is no text in it.")
    except UnreadableContent as error:
        found = {"error": str(error)}
    except MemoryError:
        found = {"error": "It takes more memory than a file may."}
    except Exception:
        # Whatever a library trips over lies in the file; its message would not help an editor.
        found = {"error": "It is damaged, or not what it seems to be."}
    sys.stdout.buffer.write(json.dumps(found, ensure_ascii=True).encode())


def _limit(what: int, most: int) -> None:
    hard = resource.getrlimit(what)[1]
    most = most if hard == resource.RLIM_INFINITY else min(most, hard)
    with contextlib.suppress(ValueError):  # macOS has no limit of the address space
        resource.setrlimit(what, (most, most))


def read(kind: str, data: bytes) -> Found:
    """Read a file with the module of its format, which is imported only now, under the limits."""
    module = import_module(f"app.sources.extraction.readers.{kind}")
    found: Found = module.read(data)
    return found


if __name__ == "__main__":
    main()
