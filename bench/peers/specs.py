"""Say what a system is: how it starts, and by which request it answers each operation."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

Values = Mapping[str, object]
LIST, WRITE = "list, 100 with quotes, json", "create"
# Of the rows; writes go last, for they change what the reads answer.
ORDER = (
    "matrix page",
    "matrix page, 304",
    "matrix json",
    "matrix json, 304",
    "matrix page, 20 x 20",
    "matrix page, 20 x 20, past",
    "matrix json, 20 x 20",
    LIST,
    "cell page",
    "position page",
    "quote page",
    "search page",
    "changes page",
    "timeline page",
    "agreement page",
    "compare page",
    "common ground page",
    "packages page",
    "contradictions page",
    "export csv",
    "export json",
    WRITE,
)


@dataclass(frozen=True)
class Operation:
    """One request; {words} are filled in for each address that is drawn."""

    url: str
    # Occurs once per row of the answer, so that nobody is fast by leaving rows out.
    count: str = ""
    status: int = 200
    body: str = ""
    type: str = ""  # of the body
    headers: Mapping[str, str] = field(default_factory=dict)
    unchanged: bool = False  # asked with the ETag of the answer before: 304

    @property
    def method(self) -> str:
        """Return the method of HTTP."""
        return "POST" if self.body else "GET"


@dataclass(frozen=True)
class Ground:
    """What all systems of a run stand on."""

    size: str
    work: Path
    data: Path  # of the CSV files
    server: str  # address of PostgreSQL
    database: str  # address of the database that has the data
    peers: Path | None  # Python of the peers


@dataclass(frozen=True)
class Spec:
    """A system before it is started."""

    name: str
    ground: Ground
    start: Sequence[str]
    ready: str
    operations: Mapping[str, Operation]
    environment: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None  # where it is started
    prepare: Callable[[], Mapping[str, object]] | None = None
    # Tells, once the server runs, by which numbers it knows the positions drawn.
    locate: Callable[[str, Sequence[Values]], Sequence[Values]] | None = None
    patience: int = 60  # seconds until it is ready


def fill(text: str, values: Values) -> str:
    """Fill in {words} that are known, and nothing else: bodies in JSON need no escaping."""
    return re.sub(r"\{(\w+)\}", lambda found: str(values.get(found[1], found[0])), text)
