"""Write a package's files with their hashes, so that the same data gives the same bytes."""

import hashlib
import json
import os
import re
import shutil
import tempfile
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from app.datapackage.archive import DESCRIPTOR
from app.datapackage.schema import TABLES, TableSchema

LINES = 200  # lines of a table that are written at once
EPOCH = (1980, 1, 1, 0, 0, 0)  # the modification time of all files in a zip
LICENCE_NAME = re.compile(r"[-a-zA-Z0-9._]+")


class TableWriter:
    """A table that is being written to disk."""

    def __init__(self, table: TableSchema, folder: Path) -> None:
        self.table = table
        self.rows = 0
        self._names = [c.name for c in table.columns]
        self._file = (folder / table.path).open("wb")
        self._digest = hashlib.sha256()
        self._bytes = 0
        self._lines = [",".join(self._names)]

    def add(self, row: Mapping[str, Any]) -> None:
        """Add a row; keys that are no columns are ignored."""
        self._lines.append(",".join([cell(row.get(name)) for name in self._names]))
        self.rows += 1
        if len(self._lines) == LINES:
            self._write()

    def close(self) -> dict[str, Any]:
        """Close the file and return its resource descriptor."""
        self._write()
        self._file.close()
        return {
            "name": self.table.name,
            "title": self.table.title,
            "path": self.table.path,
            "profile": "tabular-data-resource",
            "format": "csv",
            "mediatype": "text/csv",
            "encoding": "utf-8",
            "bytes": self._bytes,
            "hash": f"sha256:{self._digest.hexdigest()}",
            "rows": self.rows,
            "schema": self.table.schema(),
        }

    def _write(self) -> None:
        data = "".join([f"{line}\n" for line in self._lines]).encode()
        self._lines.clear()
        self._file.write(data)
        self._digest.update(data)
        self._bytes += len(data)


def cell(value: object) -> str:
    """Format one value as a cell of RFC 4180.

    Not by the standard library, which does not quote a lone carriage return.
    """
    if value is None:
        return ""
    if value.__class__ is not str:
        match value:
            case bool():
                return "true" if value else "false"
            case float() if value == int(value):
                return str(int(value))
            case list() | tuple() | dict():
                value = json.dumps(value, ensure_ascii=False)
    text = str(value)
    if "," in text or '"' in text or "\n" in text or "\r" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


class PackageWriter:
    """A package that is being written: its tables by name, and the folder for other files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.sheets = {name: TableWriter(table, folder) for name, table in TABLES.items()}

    def add_text(self, path: str, text: str) -> None:
        """Write the text of a source as UTF-8."""
        file = self.folder / path
        file.parent.mkdir(exist_ok=True)
        file.write_bytes(text.encode())

    def close(self, **about: Any) -> None:
        """Close all tables and write the descriptor, with what is given `about` the package."""
        resources = [sheet.close() for sheet in self.sheets.values()]
        descriptor = {
            "profile": "tabular-data-package",
            **{k: v for k, v in about.items() if v},
            "resources": resources,
        }
        text = json.dumps(descriptor, ensure_ascii=False, indent=2)
        (self.folder / DESCRIPTOR).write_bytes(f"{text}\n".encode())

    def files(self) -> list[Path]:
        """List all files, the descriptor first."""
        texts = (
            sorted((self.folder / "texts").glob("*")) if (self.folder / "texts").exists() else []
        )
        return [self.folder / DESCRIPTOR, *(self.folder / t.path for t in TABLES.values()), *texts]


def licences(text: str | None) -> list[dict[str, str]]:
    """Return the `licenses` of a descriptor; the name is the first word, if it can be one."""
    if not text:
        return []
    first = text.split()[0].rstrip(",;:")
    return [{"name": first if LICENCE_NAME.fullmatch(first) else "other", "title": text}]


@contextmanager
def package() -> Iterator[PackageWriter]:
    """Create a package in a temporary folder, which is removed afterwards."""
    with tempfile.TemporaryDirectory(prefix="parley-export-") as folder:
        yield PackageWriter(Path(folder))


def pack(made: PackageWriter, out: Path | BinaryIO) -> None:
    """Write a finished package to a stream or a .zip, or else into a folder."""
    if not isinstance(out, Path):
        _zip(made.files(), made.folder, out)
    elif out.suffix.lower() == ".zip":
        # Rename the file when it is complete, so that a partial one never has the final name.
        part = out.with_name(f".{out.name}.part")
        try:
            with part.open("wb") as stream:
                _zip(made.files(), made.folder, stream)
            os.replace(part, out)
        finally:
            part.unlink(missing_ok=True)
    else:
        for file in made.files():
            target = out / file.relative_to(made.folder)
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, target)


def _zip(files: Iterable[Path], folder: Path, out: BinaryIO) -> None:
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            info = zipfile.ZipInfo(file.relative_to(folder).as_posix(), EPOCH)
            info.compress_type = zipfile.ZIP_DEFLATED
            info.external_attr = 0o644 << 16
            info.create_system = 3
            info.file_size = file.stat().st_size
            with file.open("rb") as content, archive.open(info, "w") as into:
                shutil.copyfileobj(content, into, 1 << 20)
