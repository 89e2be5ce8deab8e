"""Read the files of a package from a folder or a zip, safely.

Only regular files inside the package are read, and only up to a total size.
"""

import stat
import zipfile
from collections.abc import Iterator, Set
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import IO, Protocol

DESCRIPTOR = "datapackage.json"
MOST_BYTES = 4 << 30  # of all files together, unpacked
MOST_FILES = 200_000
# Text is compressed to a twentieth at best: a file with a higher ratio than this is a zip bomb,
# unless it is small.
RATIO, SMALL = 200, 64 << 20


class BoxError(Exception):
    """The package cannot be opened; the message says why."""


class Box(Protocol):
    """The files of a package, by their paths inside it."""

    name: str

    def names(self) -> Set[str]:
        """Return the paths of all files."""
        ...

    def size(self, path: str) -> int:
        """Return the size of a file in bytes, unpacked."""
        ...

    def open(self, path: str) -> IO[bytes]:
        """Open a file for reading."""
        ...


def unsafe(path: str) -> str | None:
    """Return the reason why a path cannot be that of a file inside a package, or None."""
    parts = PurePosixPath(path).parts
    if not path or path.endswith("/"):
        return "names no file"
    if "\\" in path or ":" in path or "\0" in path or path.startswith(("/", "~")) or ".." in parts:
        return "leads out of the package"
    return None


class _Folder:
    def __init__(self, path: Path) -> None:
        self.name = path.name
        self._root = path

    def names(self) -> Set[str]:
        return self._names

    @cached_property
    def _names(self) -> Set[str]:
        # Listed once: whoever reads a thousand texts asks a thousand times.
        return {
            p.relative_to(self._root).as_posix() for p in self._root.rglob("*") if self._is_plain(p)
        }

    def size(self, path: str) -> int:
        return (self._root / path).stat().st_size

    def open(self, path: str) -> IO[bytes]:
        found = self._root / path
        if not self._is_plain(found):
            raise BoxError("is not a file of this folder")
        return found.open("rb")

    def _is_plain(self, found: Path) -> bool:
        inner = [found, *found.parents]
        links = any(p.is_symlink() for p in inner[: inner.index(self._root)])
        return not links and found.is_file()


class _Zip:
    def __init__(self, archive: zipfile.ZipFile, name: str) -> None:
        self.name = name
        self._archive = archive
        self._infos = {i.filename: i for i in archive.infolist() if not i.is_dir()}
        _check(archive.infolist())
        tops = {n.split("/")[0] for n in self._infos} - {"__MACOSX"}
        # Many tools pack the folder itself, not only its content.
        packed = (
            DESCRIPTOR not in self._infos
            and len(tops) == 1
            and f"{next(iter(tops))}/{DESCRIPTOR}" in self._infos
        )
        self._prefix = prefix = f"{next(iter(tops))}/" if packed else ""
        self._names = {n.removeprefix(prefix) for n in self._infos if n.startswith(prefix)}

    def names(self) -> Set[str]:
        return self._names

    def size(self, path: str) -> int:
        return self._infos[self._prefix + path].file_size

    def open(self, path: str) -> IO[bytes]:
        return self._archive.open(self._infos[self._prefix + path])


def _check(infos: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    if len(infos) > MOST_FILES:
        raise BoxError(f"holds {len(infos):,} files; at most {MOST_FILES:,} are allowed")
    if sum(i.file_size for i in infos) > MOST_BYTES:
        raise BoxError(f"unpacks to more than {MOST_BYTES >> 30} GB")
    for info in infos:
        reason = unsafe(info.filename) if not info.is_dir() else unsafe(info.filename.rstrip("/"))
        if reason:
            raise BoxError(f"{info.filename!r} {reason}")
        kind = stat.S_IFMT(info.external_attr >> 16)
        if kind not in (0, stat.S_IFREG, stat.S_IFDIR):
            raise BoxError(f"{info.filename!r} is a link or a device, not a file")
        if info.flag_bits & 0x1:
            raise BoxError(f"{info.filename!r} is encrypted")
        if info.file_size > SMALL and info.file_size > RATIO * max(info.compress_size, 1):
            raise BoxError(
                f"{info.filename!r} would unpack to {info.file_size:,} bytes"
                f" from {info.compress_size:,}"
            )
        if info.filename in seen:
            raise BoxError(f"{info.filename!r} is listed twice")
        seen.add(info.filename)


@contextmanager
def open_box(path: Path) -> Iterator[Box]:
    """Open a folder or a .zip; raise BoxError if that is not possible or not safe."""
    if path.is_dir():
        yield _Folder(path)
        return
    if not path.exists():
        raise BoxError("is not there")
    try:
        archive = zipfile.ZipFile(path)
        box = _Zip(archive, path.name)
    # NotImplementedError: the zip uses features that the standard library does not know.
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        raise BoxError(f"is neither a folder nor a zip that can be read: {error}") from None
    except OSError as error:
        raise BoxError(f"cannot be read: {error.strerror or error}") from None
    with archive:
        yield box
