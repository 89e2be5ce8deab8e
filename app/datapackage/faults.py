"""What is wrong with a package, line by line, all in one go."""

from collections.abc import Iterator
from dataclasses import dataclass

AT_MOST = 1_000  # kept and shown; the rest is counted


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: in which file, on which line (of a row that takes several: its first), in which column."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        # A file of a stranger's package writes neither control sequences nor lines of its own to a terminal.
        said = f"{self.file}:{self.line}:{self.column}: {self.reason}"
        return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in said)


class Faults:
    """Collects faults, as many as anybody reads, and counts the others."""

    def __init__(self) -> None:
        self.listed: list[Fault] = []
        self.count = 0

    def __bool__(self) -> bool:
        return self.count > 0

    def __iter__(self) -> Iterator[Fault]:
        return iter(self.listed)

    def add(self, file: str, line: int, column: str, reason: str) -> None:
        self.count += 1
        if len(self.listed) < AT_MOST:
            self.listed.append(Fault(file, line, column, reason))


class ImportFaults(Exception):
    """The package was not taken; nothing has been written."""

    def __init__(self, faults: Faults) -> None:
        super().__init__(
            f"{faults.count} fault{'s' if faults.count != 1 else ''}; nothing was written"
        )
        self.faults = sorted(faults, key=lambda f: (f.file, f.line))
        self.count = faults.count
        self.more = faults.count - len(self.faults)

    def lines(self) -> list[str]:
        """One line for each fault, then how many are left unsaid."""
        return [*map(str, self.faults), *([f"… and {self.more:,} more"] if self.more else [])]
