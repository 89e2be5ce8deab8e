"""Convert the flat fields of the position form into a body of the API, and back.

`o-SLUG`, `c-SLUG` and `i-SLUG` are the attitude to an option, its condition and its mark
"inferred". `q-N-…` is the block of one quote; for a saved quote it has `q-N-id` and the checkbox
`q-N-keep`. `l-N-to` and `l-N-kind` are a link.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from app.core.dates import display, parse_human
from app.core.errors import Fault
from app.forms.fields import Texts, number
from app.positions import labels
from app.positions.phrases import bare_condition
from app.positions.schemas import SAID_OF_A_QUOTE

Values = Texts

PLAIN = ("party", "issue", "act", "summary", "firmness", "stated_on", "stated_from", "stated_by")
QUOTE = SAID_OF_A_QUOTE
DATES = ("stated_on", "stated_from", "stated_by")
NOBODY = "-"  # the value of "Speaks for" for a speaker without a party
ANY_DAY = date(2025, 3, 17)  # for the messages of parse_human where nobody reads them
TYPED = ("exact", "translation", "prefix", "suffix")
BEGUN = ("source", "source_id", "speaker", "office", "new_title", "new_url", "new_text")

LABELS = {
    **labels.POSITION,
    **labels.NARROWED,
    **labels.QUOTE,
    "attitudes": "What it wants",
    "to": "Link",
    "keep": "Quote",
    "speaker_party": "Speaks for",
    "new_title": "Title",
    "new_url": "Web address",
    "new_publisher": "Publisher",
    "new_published_on": "Published on",
    "new_text": "Text of the source",
}


def numbered(form: Mapping[str, str], letter: str) -> list[int]:
    """List the numbers of a form's blocks of quotes (`q`) or links (`l`)."""
    found = {
        int(m[1]) for name in form if (m := re.fullmatch(rf"{letter}-([0-9]{{1,3}})-\w+", name))
    }
    return sorted(found)


def block(form: Mapping[str, str], n: int) -> Values:
    """Return the fields of the block of one quote, by their names without `q-N-`."""
    start = f"q-{n}-"
    return {
        name.removeprefix(start): value for name, value in form.items() if name.startswith(start)
    }


def is_kept(q: Mapping[str, str]) -> bool:
    """Tell whether a block is that of a saved quote, kept or dropped as a whole."""
    return number(q.get("id")) is not None


def counts(q: Mapping[str, str]) -> bool:
    """Tell whether a block becomes a quote.

    A saved quote does if its box is ticked, a new block if anything in it was filled in. A block
    added after others is filled in from the last one, so it counts only once it has a text.
    """
    if is_kept(q):
        return q.get("keep") == "1"
    named = TYPED if q.get("more") else TYPED + BEGUN
    return any(q.get(name, "").strip() for name in named)


def quote_blocks(form: Mapping[str, str]) -> list[int]:
    """List the numbers of the blocks that become quotes, in the order of the quotes."""
    return [n for n in numbered(form, "q") if counts(block(form, n))]


def link_blocks(form: Mapping[str, str]) -> list[int]:
    """List the numbers of the blocks that become links, in the order of the links."""
    return [n for n in numbered(form, "l") if form.get(f"l-{n}-to")]


def read_form(form: Mapping[str, str]) -> dict[str, Any]:
    """Return the body that a POST of this position to the API would have, without empty fields."""
    said: dict[str, Any] = {n: form[n] for n in PLAIN if form.get(n, "").strip()}
    said |= {n: iso(said[n]) for n in DATES if n in said}
    if salience := form.get("salience", "").strip():
        said["salience"] = salience if number(salience) is None else number(salience)
    for letter, name in (("o", "attitudes"), ("c", "conditions")):
        said[name] = {k[2:]: v for k, v in form.items() if k.startswith(f"{letter}-") and v.strip()}
    said["inferred"] = [k[2:] for k, v in form.items() if k.startswith("i-") and v]
    said["links"] = [
        _read_link(form[f"l-{n}-to"], form.get(f"l-{n}-kind", "")) for n in link_blocks(form)
    ]
    said["quotes"] = [_read_quote(block(form, n)) for n in quote_blocks(form)]
    return said


def keep_wording(conditions: Mapping[str, str], before: Mapping[str, str]) -> dict[str, str]:
    """Restore the earlier wording of conditions that differ from it only by "only if".

    The form does not show these words, so that a condition comes back without them.
    """
    return {
        slug: before[slug]
        if slug in before and bare_condition(before[slug]) == bare_condition(text)
        else text
        for slug, text in conditions.items()
    }


def fill(said: Mapping[str, Any]) -> Values:
    """Return the form's fields for a body of the API, or for `content_of` a version."""
    form = {n: str(said[n]) for n in (*PLAIN, "salience") if said.get(n) is not None}
    form |= {n: written(form[n]) for n in DATES if n in form}
    form |= {f"o-{slug}": str(attitude) for slug, attitude in said.get("attitudes", {}).items()}
    form |= {f"c-{slug}": condition for slug, condition in said.get("conditions", {}).items()}
    form |= {f"i-{slug}": "1" for slug in said.get("inferred", [])}
    for n, link in enumerate(said.get("links", [])):
        to = link["issue"] + (f"/{link['option']}" if link.get("option") else "")
        form |= {f"l-{n}-to": to, f"l-{n}-kind": str(link["kind"])}
    for n, quote in enumerate(said.get("quotes", [])):
        form |= {f"q-{n}-{name}": value for name, value in fill_quote(quote).items()}
    return form


def fill_quote(quote: Mapping[str, Any]) -> Values:
    """Return the fields of the block of one quote, by their names without `q-N-`."""
    if quote.get("id") is not None:
        return {"id": str(quote["id"]), "keep": "1"}
    q = {n: str(quote[n]) for n in QUOTE if quote.get(n) is not None}
    if "said_on" in q:
        q["said_on"] = written(q["said_on"])
    if quote.get("source_id") is not None:
        q["source_id"] = str(quote["source_id"])
    speaker = quote.get("speaker")
    if isinstance(speaker, str):
        q["speaker"] = speaker
    elif speaker:
        q |= {"speaker": speaker.get("name") or "", "office": speaker.get("office") or ""}
        if "party" in speaker:
            q["speaker_party"] = speaker["party"] or NOBODY
        elif not q["office"]:
            q["speaker_new"] = "1"
    return q


def iso(text: str) -> str:
    """Return a typed date as it is stored; what is no date is returned as typed, to be refused."""
    try:
        return parse_human(text, ANY_DAY).text
    except ValueError:
        return text.strip()


def written(text: str) -> str:
    """Return a date as people read it; what is no date is returned as typed."""
    try:
        return display(iso(text))
    except ValueError:
        return text


def own_faults(form: Mapping[str, str], today: date) -> list[Fault]:
    """Find faults that a form can explain better than the body made from it.

    These are dates, the salience, and quotes without a text or a source.
    """
    faults: list[Fault] = []
    quotes = list(enumerate(quote_blocks(form)))
    dated = [(f"/{name}", form.get(name, "")) for name in DATES]
    dated += [(f"/quotes/{i}/said_on", form.get(f"q-{n}-said_on", "")) for i, n in quotes]
    for pointer, text in dated:
        try:
            if text.strip():
                parse_human(text, today)
        except ValueError as error:
            faults.append(Fault(pointer, str(error)))
    salience = form.get("salience", "").strip()
    if salience and number(salience) not in range(101):
        faults.append(Fault("/salience", "must be a whole number from 0 to 100"))
    for i, n in quotes:
        q = block(form, n)
        if is_kept(q):
            continue
        if not q.get("exact", "").strip():
            faults.append(Fault(f"/quotes/{i}/exact", "type or paste what the source says"))
        if not q.get("source_id") and not q.get("new_title", "").strip():
            unknown = q.get("source", "").strip()
            why = (
                f"“{unknown[:80]}” is not in Parley: choose a source, or add a new one below"
                if unknown
                else "choose one, or add a new one below"
            )
            faults.append(Fault(f"/quotes/{i}/source_id", why))
    return faults


def field_errors(faults: Sequence[Fault], form: Mapping[str, str]) -> dict[str, str]:
    """Return the text of faults by the field that shows them; join several for one field."""
    found: dict[str, str] = {}
    for fault in faults:
        name = field_of(fault.where, form)
        short = re.sub(r"^[ql]-[0-9]+-", "", name)
        label = LABELS.get(short)
        words = f"{label}: {fault.detail}" if label else fault.detail
        found[name] = f"{found[name]}; {fault.detail}" if name in found else words
    return found


def field_of(pointer: str, form: Mapping[str, str]) -> str:
    """Return the name of the form field for a JSON pointer into the body; "form" if none fits."""
    where = [part.replace("~1", "/").replace("~0", "~") for part in pointer.split("/")[1:]]
    quotes, links = quote_blocks(form), link_blocks(form)
    match where:
        case ["quotes", i, *rest] if i.isdecimal() and int(i) < len(quotes):
            n, name = quotes[int(i)], rest[-1] if rest else "exact"
            if is_kept(block(form, n)):
                name = "keep"
            fields = {"source_id": "source", "name": "speaker", "party": "speaker_party"}
            return f"q-{n}-{fields.get(name, name)}"
        case ["quotes", *_]:
            new = [n for n in numbered(form, "q") if not is_kept(block(form, n))]
            return f"q-{new[0]}-exact" if new else "add-quote"
        case ["links", i, *_] if i.isdecimal() and int(i) < len(links):
            return f"l-{links[int(i)]}-to"
        case ["attitudes", slug]:
            return f"o-{slug}"
        case ["conditions", slug]:
            return f"c-{slug}"
        case ["inferred", i] if i.isdecimal():
            marked = [k for k, v in form.items() if k.startswith("i-") and v]
            return marked[int(i)] if int(i) < len(marked) else "attitudes"
        case [name, *_] if name in LABELS:
            return name
    return "form"


def _read_link(to: str, kind: str) -> dict[str, Any]:
    issue, _, option = to.partition("/")
    return {"issue": issue, "option": option or None, "kind": kind or "condition"}


def _read_quote(q: Mapping[str, str]) -> dict[str, Any]:
    if is_kept(q):
        return {"id": number(q["id"])}
    said: dict[str, Any] = {n: q[n] for n in QUOTE if q.get(n, "").strip()}
    if "said_on" in said:
        said["said_on"] = iso(said["said_on"])
    if (source := number(q.get("source_id"))) is not None:
        said["source_id"] = source
    speaker = _read_speaker(q)
    return said | ({"speaker": speaker} if speaker else {})


def _read_speaker(q: Mapping[str, str]) -> str | dict[str, Any] | None:
    """Return the speaker for the API: a string names a saved one, an object describes a new one.

    A name without an office, a party or the mark "new" is that of a saved speaker.
    """
    name, office, party = (q.get(n, "").strip() for n in ("speaker", "office", "speaker_party"))
    if not (name or office):
        return None
    if not (office or party or q.get("speaker_new")):
        return name
    said: dict[str, Any] = {k: v for k, v in (("name", name), ("office", office)) if v}
    return said | ({"party": None if party == NOBODY else party} if party else {})
