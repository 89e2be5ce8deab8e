"""Collect all faults of a package, with file, line and column."""

from collections.abc import Iterator
from dataclasses import dataclass

AT_MOST = 1_000  # faults kept and shown; the others are only counted


@dataclass(frozen=True, slots=True)
class FileFault:
    """A fault in a file; `line` is the first line of the row, `column` may be empty."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        # Text from an untrusted package must not write control sequences or lines to a terminal.
        said = f"{self.file}:{self.line}:{self.column}: {self.reason}"
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in said)


class Faults:
    """Collects faults: the first `AT_MOST` are kept, all are counted."""

    def __init__(self) -> None:
        self.listed: list[FileFault] = []
        self.count = 0

    def __bool__(self) -> bool:
        return self.count > 0

    def __iter__(self) -> Iterator[FileFault]:
        return iter(self.listed)

    def add(self, file: str, line: int, column: str, reason: str) -> None:
        """Add a fault."""
        self.count += 1
        if len(self.listed) < AT_MOST:
            self.listed.append(FileFault(file, line, column, reason))


class ImportFaults(Exception):
    """The package was refused for its faults; nothing was written."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(
            f"{faults.count} error{'s' if faults.count != 1 else ''}; nothing was written"
        )
        self.faults = sorted(faults, key=lambda f: (f.file, f.line))
        self.count = faults.count
        self.more = faults.count - len(self.faults)

    def lines(self) -> list[str]:
        """Return a line for each fault, and one with the number of those not shown."""
        return [*map(str, self.faults), *([f"… and {self.more:,} more"] if self.more else [])]
