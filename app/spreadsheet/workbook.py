"""Read the rows of an XLSX workbook, in a process with limits."""

import json
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass

ZIP = b"PK\x03\x04"  # how every workbook begins
SECONDS = 40  # wall-clock time; the limit on processor time may end it earlier


class UnreadableWorkbook(ValueError):
    """Say why a workbook cannot be read."""


@dataclass(frozen=True, slots=True)
class WorkbookRows:
    """The sheet that has positions: its rows from the column names on, and what is wrong."""

    sheet: str
    rows: Sequence[tuple[int, list[str]]]  # number as the program shows it, and cells as text
    faults: Sequence[tuple[int, int, str]]  # row, column from 0, reason


def read_workbook(data: bytes) -> WorkbookRows:
    """Read a workbook; raise UnreadableWorkbook if it is damaged, too large or none."""
    command = [sys.executable, "-I", "-m", "app.spreadsheet.workbook_worker"]
    try:
        done = subprocess.run(  # the command is ours; the file is only its input
            command,
            input=data,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={"LANG": "C.UTF-8"},
            timeout=SECONDS,
            check=False,
        )
        found = json.loads(done.stdout)
    except subprocess.TimeoutExpired:
        raise UnreadableWorkbook("takes too long to read: save it as CSV") from None
    except ValueError:
        raise UnreadableWorkbook("is too large or too complex: save it as CSV") from None
    if "error" in found:
        raise UnreadableWorkbook(found["error"])
    rows = [(int(number), cells) for number, cells in found["rows"]]
    return WorkbookRows(found["sheet"], rows, [(r, c, why) for r, c, why in found["faults"]])
