"""Read the forms for a source: convert typed fields to what the API takes, and back."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fastapi import Request
from pydantic import TypeAdapter, ValidationError
from starlette.datastructures import UploadFile

from app.core import dates
from app.core.errors import DomainError, Fault
from app.http.limits import MAX_BODY
from app.http.problems import body_faults
from app.http.templating import LANGUAGES
from app.sources.extraction.decoding import LABELS, reread
from app.sources.extraction.process import Extracted, extract, reading
from app.sources.page_numbers import write_pages
from app.sources.schemas import SourceFields, SourceInput, Text

Values = dict[str, str]

LABEL = {
    "url": "Address", "reference": "Where to find it", "title": "Title", "publisher": "Publisher",
    "author": "Author", "published_on": "Published on", "accessed_on": "Read on", "kind": "Kind",
    "language": "Language", "archive_url": "Archived copy", "licence": "Licence", "text": "Text",
    "reason": "Reason", "file": "File",
}  # fmt: skip
FIELDS = tuple(SourceFields.model_fields)
TEXT: TypeAdapter[str] = TypeAdapter(Text)
DATES = ("published_on", "accessed_on")


@dataclass(slots=True)
class Sent:
    """Submitted form: the typed values, the file, and the errors by field."""

    values: Values
    file: UploadFile | None
    errors: Values = field(default_factory=dict)
    # about the reading of a file, for the editor to check
    notes: list[str] = field(default_factory=list)


async def read_form(request: Request, *, max_fields: int = 100) -> Sent:
    """Read a form and its file; a text may be as long as the whole request body."""
    form = await request.form(max_files=1, max_fields=max_fields, max_part_size=MAX_BODY)
    values = {
        name: value.replace("\r\n", "\n")
        for name, value in form.multi_items()
        if isinstance(value, str)
    }
    file = form.get("file")
    return Sent(values, file if isinstance(file, UploadFile) and file.filename else None)


async def take_file(sent: Sent) -> bool:
    """Fill the form from its file; False if there is no file.

    The text comes from the file, and its metadata fill the fields that are empty. If the file
    cannot be read, the error is shown beside it and everything typed is kept.
    """
    if sent.file is None:
        return False
    try:
        found = await extract(await sent.file.read(), sent.file.filename or "")
    except DomainError as error:
        sent.errors["file"] = f"{LABEL['file']}: {error.detail}"
        return True
    sent.values["text"] = found.text
    sent.values |= {"assumed": found.encoding or "", "guessed": "1" if found.guessed else ""}
    sent.values["pages"] = write_pages(found.pages, found.text)
    sent.values["seams"] = write_pages(found.seams, found.text)
    filled = [
        name for name in found.fields if name in FIELDS and not sent.values.get(name, "").strip()
    ]
    sent.values |= {name: found.fields[name] for name in filled}
    sent.notes.append(_told(sent.file.filename or "The file", found, filled))
    return True


def _told(name: str, found: Extracted, filled: list[str]) -> str:
    guess = ": look at its letters" if found.guessed else ""
    also = (
        f" Taken from it, to be checked: {', '.join(LABEL[f].lower() for f in filled)}."
        if filled
        else ""
    )
    size = f"{len(found.text):,} characters"
    pages = f", {len(found.pages):,} pages, whose numbers are kept unless the text is changed" * (
        len(found.pages) > 1
    )
    return (
        f"{name} was read as {reading(found)}{guess}: {size}{pages}. Nothing is stored yet.{also}"
    )


def read_otherwise(sent: Sent) -> bool:
    """Decode a text again whose encoding was a guess; False if the form does not ask for it."""
    wanted = sent.values.get("reread", "")
    if not wanted:
        return False
    try:
        sent.values["text"] = reread(
            sent.values.get("text", ""), sent.values.get("assumed", ""), wanted
        )
        sent.values["assumed"] = wanted
        sent.notes.append(f"Now read as {LABELS[wanted]}. Nothing is stored yet.")
    except ValueError as error:
        sent.errors["text"] = f"{LABEL['text']}: {error}; choose the file again"
    return True


def read_source(sent: Sent, today: date) -> SourceInput | None:
    """Convert a form to the input of the API; None, with `errors` by field, if it is invalid."""
    said: dict[str, Any] = {n: v for n in FIELDS if (v := sent.values.get(n, "").strip())}
    for name in DATES:
        try:
            if name in said:
                said[name] = dates.parse_human(said[name], today).text
        except ValueError as error:
            sent.errors[name] = f"{LABEL[name]}: {error}"
            del said[name]
    if "language" in said:
        said["language"] = code_of(said["language"])
    if sent.values.get("text", "").strip():
        said["text"] = sent.values["text"]
    try:
        source = SourceInput.model_validate(said)
    except ValidationError as error:
        faults = [Fault("/url", f.detail) if not f.where else f for f in body_faults(error, said)]
        sent.errors |= by_field(faults)
        return None
    return None if sent.errors else source


def read_text(sent: Sent) -> str | None:
    """Return the text of a form; None, with `errors`, if it is empty or cannot be stored."""
    text = sent.values.get("text", "")
    if not text.strip():
        sent.errors["text"] = f"{LABEL['text']}: paste it, or choose a file"
        return None
    try:
        return TEXT.validate_python(text)
    except ValidationError as error:
        sent.errors["text"] = f"{LABEL['text']}: {body_faults(error, text)[0].detail}"
        return None


def by_field(faults: list[Fault]) -> Values:
    """Return the message to show beside each field, prefixed with the label of the field."""
    found: Values = {}
    for fault in faults:
        name = fault.where.strip("/").split("/")[0]
        found.setdefault(name, f"{LABEL[name]}: {fault.detail}" if name in LABEL else fault.detail)
    return found


def code_of(language: str) -> str:
    """Return the code of a language typed by name: `en` for "English"; others are unchanged."""
    return next(
        (code for code, name in LANGUAGES.items() if name.lower() == language.lower()), language
    )


def shown(fields: Mapping[str, Any]) -> Values:
    """Return the form's values for stored fields, with dates in a readable format."""
    values = {n: str(fields[n]) for n in FIELDS if fields.get(n) is not None}
    return values | {n: dates.display(values[n]) for n in DATES if n in values}


def digest(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
