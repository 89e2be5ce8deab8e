"""Declare the forms of a source, and read the text of a file into them."""

import hashlib
from dataclasses import dataclass, field

from starlette.datastructures import UploadFile

from app.core.clock import now
from app.core.dates import display
from app.core.errors import DomainError
from app.core.input_models import Input
from app.forms.fields import Field, Form, Kind, Texts, typed
from app.forms.posted import Posted
from app.forms.sheet import Sheet
from app.http.templating import languages
from app.sources.extraction.decoding import LABELS, reread
from app.sources.extraction.process import Extracted, extract, reading
from app.sources.heading import suggested
from app.sources.page_numbers import write_pages
from app.sources.schemas import SourceFields, SourceInput, Text


def code_of(language: str) -> str:
    """Return the code of a language that was typed by name: `en` for "English"."""
    named = (code for code, name in languages().items() if name.lower() == language.lower())
    return next(named, language)


def with_scheme(address: str) -> str:
    """Return a web address as a browser reads it: www.example.org is at https://."""
    site = address.partition("/")[0]
    return address if ":" in site or "." not in site else f"https://{address}"


DAY = "day, month or year"
FIELDS = (
    Field(
        "url", "Web address", Kind.URL, "or, without one, where to find it: archive, volume, page",
        parse=with_scheme,
    ),
    Field("title", "Title"),
    Field("publisher", "Publisher"),
    Field("published_on", "Published on", Kind.DATE, DAY),
    Field("author", "Author"),
    Field("language", "Language", hint="English, uk …", parse=code_of),
    Field("kind", "Kind", hint="article, speech, treaty …"),
    Field("accessed_on", "Read on", Kind.DATE, DAY),
    Field("reference", "Where to find it", hint="if it has no web address: archive, volume, page"),
    Field("archive_url", "Archived copy", Kind.URL, "web address of the copy"),
    Field("licence", "Licence"),
)  # fmt: skip
TEXT = Field(
    "text", "Text", Kind.VERBATIM,
    "Paste all of it: quotes are checked against it. Only editors can read it.",
)  # fmt: skip
LABEL = {one.name: one.label for one in FIELDS}


class TextInput(Input):
    """A text of a stored source."""

    text: Text


NEW = Form((*FIELDS, TEXT), SourceInput)
ONLY_TEXT = Form((TEXT,), TextInput)
RECORD = Form(
    FIELDS,
    SourceFields,
    Field(
        "reason", "Reason for the change (public)", wrong="enter a reason for the change",
        hint="What was wrong? Shown beside the change.",
    ),
)  # fmt: skip


@dataclass(slots=True)
class Intake(Sheet):
    """A form with a text: what was typed, and what reading a file gave."""

    file: UploadFile | None = None
    notes: list[str] = field(default_factory=list)  # to be looked over
    publishers: list[str] = field(default_factory=list)  # known; those of the same site first
    at_address: bool = False  # is the first one that of the same site?


def intake(form: Form, values: Texts, file: UploadFile | None = None) -> Intake:
    """Return a form with these values; those of no field are carried along."""
    return Intake(form.fields, values | typed(form.fields, values), file=file)


def intake_of(form: Form, sent: Posted) -> Intake:
    """Return a form as it was sent."""
    return intake(form, sent.values, sent.file)


async def take_file(sheet: Intake) -> bool:
    """Fill the form from its file; False if there is no file.

    The text comes from the file, and its metadata fill the fields that are empty. If the file
    cannot be read, the error is shown beside it and everything typed is kept.
    """
    if sheet.file is None:
        return False
    try:
        found = await extract(await sheet.file.read(), sheet.file.filename or "")
    except DomainError as error:
        sheet.errors["file"] = f"File: {error.detail}"
        return True
    sheet.values["text"] = found.text
    sheet.values |= {"assumed": found.encoding or "", "guessed": "1" if found.guessed else ""}
    sheet.values["pages"] = write_pages(found.pages, found.text)
    sheet.values["seams"] = write_pages(found.seams, found.text)
    filled = [
        name for name in found.fields if name in LABEL and not sheet.values.get(name, "").strip()
    ]
    sheet.values |= {name: found.fields[name] for name in filled}
    filled += fill_from_head(sheet)
    sheet.notes.append(_describe_extraction(sheet.file.filename or "The file", found, filled))
    return True


def settle_place(sheet: Intake) -> None:
    """Move words that are no web address to the field that says where to find the source."""
    typed = sheet.values["url"].strip()
    wordy = " " in typed or not {".", ":"} & set(typed)
    if typed and wordy and "://" not in typed and not sheet.values["reference"].strip():
        sheet.values |= {"url": "", "reference": typed}


def fill_from_head(sheet: Intake) -> list[str]:
    """Fill empty fields with what the head of the text suggests; return their names."""
    text = sheet.values.get("text", "")
    found = suggested(text, today=now().date(), publishers=sheet.publishers)
    if "published_on" in found:
        found["published_on"] = display(found["published_on"])
    if sheet.publishers and sheet.at_address:
        found.setdefault("publisher", sheet.publishers[0])
    empty = [n for n in found if n in LABEL and not sheet.values.get(n, "").strip()]
    sheet.values |= {name: found[name] for name in empty}
    return empty


def from_the_text(filled: list[str]) -> str:
    """Say which fields the text has filled in."""
    names = ", ".join(LABEL[name].lower() for name in filled)
    return f"Filled in from the text, please check: {names}."


def _describe_extraction(name: str, found: Extracted, filled: list[str]) -> str:
    guess = " (please check the letters)" if found.guessed else ""
    also = (
        f" Also filled in, please check: {', '.join(LABEL[f].lower() for f in filled)}."
        if filled
        else ""
    )
    size = f"{len(found.text):,} characters"
    pages = (
        f", {len(found.pages):,} pages (their numbers are kept if you do not change the text)"
        * (len(found.pages) > 1)
    )
    return f"{name} was read as {reading(found)}{guess}: {size}{pages}. Nothing is saved yet.{also}"


def read_otherwise(sheet: Intake) -> bool:
    """Decode a text again whose encoding was a guess; False if the form does not ask for it."""
    wanted = sheet.values.get("reread", "")
    if not wanted:
        return False
    try:
        sheet.values["text"] = reread(
            sheet.values.get("text", ""), sheet.values.get("assumed", ""), wanted
        )
        sheet.values["assumed"] = wanted
        sheet.notes.append(f"Now read as {LABELS[wanted]}. Nothing is saved yet.")
    except ValueError as error:
        sheet.errors["text"] = f"Text: {error}; choose the file again"
    return True


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
