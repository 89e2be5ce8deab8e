"""Combine the rows of one position of a spreadsheet, and read its structured cells."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from app.spreadsheet.columns import VERBS, read_json, read_list
from app.spreadsheet.names import KnownNames, one

Noting = Callable[[int, str, str], None]  # line, column, reason of a fault
LINK = {"issue", "kind"}, {"issue", "kind", "option"}  # what a link needs, and what it may have


@dataclass(slots=True)
class Group:
    """One position: its rows and their combined cells; `at` has the line of each column's value."""

    uid: UUID
    names: KnownNames
    party: str
    issue: str
    cells: dict[str, str] = field(default_factory=dict)
    at: dict[str, int] = field(default_factory=dict)
    quotes: list["Cells"] = field(default_factory=list)
    attitudes: dict[str, str] = field(default_factory=dict)
    conditions: dict[str, str] = field(default_factory=dict)
    inferred: list[str] = field(default_factory=list)
    links: list[Mapping[str, Any]] = field(default_factory=list)
    given_uid: bool = False
    faulty: bool = False  # whether one of its rows has a fault

    @property
    def line(self) -> int:
        """The line of its first row."""
        return self.quotes[0].line

    @property
    def lines(self) -> list[int]:
        """The lines of all its rows."""
        return [q.line for q in self.quotes]


@dataclass(slots=True)
class Cells:
    """One row after reading: a quote, its speaker and its source."""

    line: int
    cells: dict[str, str]
    uid: UUID | None = None
    source: str = ""  # the key of its source: the URL's key, or reference and title

    def __getitem__(self, column: str) -> str | None:
        return self.cells.get(column)


def read_structure(group: Group, note: Noting) -> None:
    """Read attitudes with their conditions, and links, into the group; report faults to `note`."""
    reading = _GroupReading(group, note)
    reading.attitudes()
    reading.conditions()
    reading.links()
    if not re.fullmatch("[0-9]{1,15}|", group.cells.get("version", "")):
        reading.fault("version", "is not a whole number")


class _GroupReading:
    def __init__(self, group: Group, note: Noting) -> None:
        self.group, self.note = group, note
        self.options = group.names.options[group.issue]

    def fault(self, column: str, reason: str) -> None:
        self.note(self.group.at[column], column, reason)

    def attitudes(self) -> None:
        held = self.group.attitudes
        for verb in VERBS:
            for written in read_list(self.group.cells.get(verb, ""), self.options):
                self._hold(verb, written, verb)
        for slug, verb in self._json("attitudes", dict).items():
            if verb in VERBS:
                self._hold("attitudes", slug, verb)
            else:
                self.fault("attitudes", f"{str(verb)[:40]!r} is none of {', '.join(VERBS)}")
        preferred = [option for option, verb in held.items() if verb == "prefers"]
        for option in preferred[1:]:
            del held[option]
            self.fault(
                "prefers" if "prefers" in self.group.at else "attitudes",
                "a party prefers at most one option",
            )
        for written in read_list(self.group.cells.get("inferred", ""), self.options):
            option = self._option("inferred", written)
            if option and option not in held:
                self.fault("inferred", f"there is no attitude to {option}")
            elif option:
                self.group.inferred.append(option)

    def _hold(self, column: str, written: str, verb: str) -> None:
        option = self._option(column, written)
        if option and self.group.attitudes.setdefault(option, verb) != verb:
            self.fault(
                column, f"{option} is listed under {self.group.attitudes[option]} and under {verb}"
            )

    def _option(self, column: str, written: str) -> str:
        try:
            return one(self.options, written, f"option of {self.group.issue}")
        except ValueError as error:
            self.fault(column, str(error))
            return ""

    def conditions(self) -> None:
        cell, held = self.group.cells.get("conditions", ""), self.group.attitudes
        if cell and not cell.startswith("{") and len(held) == 1:
            self.group.conditions = {next(iter(held)): cell}
            return
        for written, words in self._json("conditions", dict).items():
            option = self._option("conditions", written)
            if option and option not in held:
                self.fault("conditions", f"there is no attitude to {option}")
            elif option:
                self.group.conditions[option] = str(words)

    def links(self) -> None:
        for link in self._json("links", list):
            if isinstance(link, dict) and LINK[0] <= {*link} <= LINK[1]:
                self.group.links.append(link)
            else:
                self.fault(
                    "links", "is not a list of issue, option and kind, as the export writes it"
                )

    def _json(self, column: str, kind: type) -> Any:
        if column not in self.group.cells:
            return kind()
        try:
            return read_json(self.group.cells[column], kind)
        except ValueError as error:
            self.fault(column, str(error))
            return kind()
