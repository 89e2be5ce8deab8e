"""Write an empty spreadsheet for positions, with the parties, issues and options to choose from."""

import csv
import io
from collections.abc import Sequence
from itertools import zip_longest

from app.exports.columns import FORMULA
from app.models.vocabulary import Act, Firmness, QuoteKind
from app.negotiations.views import IssueView, PartyView

COLUMNS = (
    "party", "issue", "stated_on", "summary", "firmness", "prefers", "accepts", "rejects",
    "exact", "kind", "speaker_name", "speaker_office", "said_on", "language", "act",
    "source_url", "source_title", "source_publisher", "source_published_on",
)  # fmt: skip
REQUIRED = {"party", "issue", "stated_on", "exact", "source_url"}
LISTED = ("_parties", "_issues", "_options of the issues")  # columns that the import passes over
ROWS = 2_000  # rows of the workbook that offer choices
WIDE = {"summary": 40, "exact": 60, "source_url": 30, "source_title": 30, "party": 24, "issue": 24}


def write_csv(parties: Sequence[PartyView], issues: Sequence[IssueView]) -> bytes:
    """Return a CSV with the names of the columns, and the choices in columns of their own."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\r\n")
    writer.writerow([*COLUMNS, *LISTED])
    options = [f"{i.title}: {label}" for i in issues for label in _labels(i)]
    names = ([p.name for p in parties], [i.title for i in issues], options)
    for row in zip_longest(*names, fillvalue=""):
        writer.writerow([*[""] * len(COLUMNS), *map(_plain, row)])
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def write_xlsx(parties: Sequence[PartyView], issues: Sequence[IssueView]) -> bytes:
    """Return a workbook whose cells offer the choices, with a second sheet that lists them."""
    import xlsxwriter  # a large library, loaded when it is needed

    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "strings_to_formulas": False})
    bold, asked = book.add_format({"bold": True}), book.add_format({"bold": True, "italic": True})
    text = book.add_format({"num_format": "@", "text_wrap": True, "valign": "top"})
    sheet, lists = book.add_worksheet("Positions"), book.add_worksheet("Choices")
    for n, name in enumerate(COLUMNS):
        sheet.write_string(0, n, name, bold if name in REQUIRED else asked)
        # As text: a program would make a day of "2025-03".
        sheet.set_column(n, n, WIDE.get(name, 16), text)
    sheet.freeze_panes(1, 0)
    choices: dict[str, list[str]] = {
        "party": [p.name for p in parties],
        "issue": [i.title for i in issues],
        "firmness": list(Firmness),
        "act": list(Act),
        "kind": list(QuoteKind),
    }
    for n, (name, values) in enumerate(choices.items()):
        lists.write_string(0, n, name, bold)
        for row, value in enumerate(values, 1):
            lists.write_string(row, n, value)
        lists.set_column(n, n, 24)
        if values:
            letter = "ABCDE"[n]
            source = f"=Choices!${letter}$2:${letter}${len(values) + 1}"
            rule = {"validate": "list", "source": source, "error_type": "warning"}
            column = COLUMNS.index(name)
            sheet.data_validation(1, column, ROWS, column, rule)
    first = len(choices) + 1
    lists.write_string(0, first, "issue", bold)
    lists.write_string(0, first + 1, "its options", bold)
    rows = [(i.title, label) for i in issues for label in _labels(i)]
    for row, pair in enumerate(rows, 1):
        for n, value in enumerate(pair):
            lists.write_string(row, first + n, value)
    lists.set_column(first, first + 1, 36)
    book.close()
    return made.getvalue()


def _labels(issue: IssueView) -> list[str]:
    return [option.label for option in issue.options if not option.retired]


def _plain(cell: str) -> str:
    """Return a cell that no spreadsheet program takes for a formula."""
    return f"'{cell}" if cell.startswith(tuple(FORMULA)) else cell
