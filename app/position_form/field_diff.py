"""Compare forms field by field: what a correction changes, and what two editors wrote."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from app.forms.fields import number
from app.forms.merge import Side, three_way
from app.position_form.fields import (
    Values,
    block,
    is_kept,
    link_blocks,
    numbered,
    quote_blocks,
    written,
)
from app.positions.labels import POSITION, QUOTE, WHOLE
from app.positions.phrases import only_if
from app.sources.matching.text_diff import Op, words_diff

Pick = Literal["mine", "theirs"]


@dataclass(frozen=True, slots=True)
class Titles:
    """The titles of what a form names by slug or id."""

    options: Mapping[str, str] = field(default_factory=dict)
    links: Mapping[str, str] = field(default_factory=dict)  # by "issue" and "issue/option"
    quotes: Mapping[int, str] = field(default_factory=dict)
    sources: Mapping[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """One field before and after a change."""

    label: str
    before: str
    after: str

    @property
    def pieces(self) -> list[tuple[Op, str, str]]:
        """The differences word by word."""
        return words_diff(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Choice:
    """A field in which two editors' forms differ, with the side that is preset."""

    key: str
    label: str
    base: str
    mine: str
    theirs: str
    pick: Pick

    @property
    def mine_pieces(self) -> list[tuple[Op, str, str]]:
        """What I changed in the common base, word by word."""
        return words_diff(self.base, self.mine)

    @property
    def theirs_pieces(self) -> list[tuple[Op, str, str]]:
        """What the other editor changed in the common base, word by word."""
        return words_diff(self.base, self.theirs)


def described(form: Mapping[str, str], titles: Titles) -> dict[str, tuple[str, str]]:
    """Return the label and the text of each field.

    The keys are the same in every form of the same position, so that forms can be compared.
    """
    rows: dict[str, tuple[str, str]] = {
        "act": (POSITION["act"], form.get("act") or "states"),
        "firmness": (POSITION["firmness"], (form.get("firmness") or "unclear").replace("_", " ")),
    }
    for slug in dict.fromkeys([*titles.options, *(k[2:] for k in form if k.startswith("o-"))]):
        rows[f"o-{slug}"] = (titles.options.get(slug, slug), _attitude(form, slug))
    rows["summary"] = (POSITION["summary"], form.get("summary", "").strip())
    rows["stated_on"] = (POSITION["stated_on"], written(form.get("stated_on", "").strip()))
    narrowed = [
        written(form[n].strip()) for n in ("stated_from", "stated_by") if form.get(n, "").strip()
    ]
    rows["narrowed"] = ("Narrowed to", " to ".join(narrowed))
    rows["salience"] = (POSITION["salience"], form.get("salience", "").strip())
    links = [(form.get(f"l-{n}-kind") or "condition", form[f"l-{n}-to"]) for n in link_blocks(form)]
    rows["links"] = (
        WHOLE["links"],
        "; ".join(f"{kind}: {titles.links.get(to, to)}" for kind, to in links),
    )
    for n in quote_blocks(form):
        q = block(form, n)
        if is_kept(q):
            rows[f"quote-{q['id']}"] = (
                QUOTE["exact"],
                titles.quotes.get(int(q["id"]), f"quote {q['id']}"),
            )
        else:
            rows[f"new-{n}"] = (QUOTE["exact"], _quote(q, titles))
    return rows


def difference(before: Mapping[str, str], after: Mapping[str, str], titles: Titles) -> list[Change]:
    """List the fields that saving would change."""
    old, new = described(before, titles), described(after, titles)
    keys = dict.fromkeys([*old, *new])
    rows = [
        (new.get(k, old.get(k, ("", "")))[0], old.get(k, ("", ""))[1], new.get(k, ("", ""))[1])
        for k in keys
    ]
    return [Change(label, was, now) for label, was, now in rows if was != now]


def choices(
    base: Mapping[str, str], mine: Mapping[str, str], theirs: Mapping[str, str], titles: Titles
) -> list[Choice]:
    """List the fields in which `mine` and `theirs` differ.

    Preset to the side that changed the field, and to mine where both did.
    """
    rows = [described(form, titles) for form in (base, mine, theirs)]
    labels = {key: label for row in reversed(rows) for key, (label, _) in row.items()}
    b, m, t = ({key: words for key, (_, words) in row.items()} for row in rows)
    return [
        Choice(
            key, labels[key], b.get(key, ""), m.get(key, ""), t.get(key, ""),
            "theirs" if side is Side.THEIRS else "mine",
        )
        for key, side in three_way(b, m, t).items()
    ]  # fmt: skip


def merged(mine: Mapping[str, str], theirs: Mapping[str, str], picks: Mapping[str, str]) -> Values:
    """Return my form with the fields of the other one where these were picked."""
    form = dict(mine)
    for key, pick in picks.items():
        if pick != "theirs":
            continue
        if key.startswith("quote-"):
            _pick_quote(form, theirs, key.removeprefix("quote-"))
        elif key.startswith("new-"):
            _take(form, {}, f"q-{key.removeprefix('new-')}-")
        elif key == "links":
            _take(form, theirs, "l-")
        else:
            for name in _fields(key):
                _take(form, theirs, name, exactly=True)
    return form


def _attitude(form: Mapping[str, str], slug: str) -> str:
    attitude = form.get(f"o-{slug}", "")
    if not attitude:
        return ""
    condition = form.get(f"c-{slug}", "").strip()
    return (
        attitude
        + (f", {only_if(condition)}" if condition else "")
        + (" (inferred)" if form.get(f"i-{slug}") else "")
    )


def _quote(q: Mapping[str, str], titles: Titles) -> str:
    who = ", ".join(filter(None, [q.get("speaker", "").strip(), q.get("office", "").strip()]))
    known = number(q.get("source_id"))
    source = titles.sources.get(known, "") if known else q.get("new_title", "").strip()
    about = "; ".join(filter(None, [who, written(q.get("said_on", "").strip()), source]))
    return f"“{q.get('exact', '').strip()}”" + (f" ({about})" if about else "")


def _fields(key: str) -> Sequence[str]:
    if key.startswith("o-"):
        return [f"{letter}{key[1:]}" for letter in "oci"]
    return ["stated_from", "stated_by"] if key == "narrowed" else [key]


def _pick_quote(form: Values, theirs: Mapping[str, str], wanted: str) -> None:
    """Keep or drop a saved quote, as the other form does."""
    there = [
        n
        for n in numbered(theirs, "q")
        if theirs.get(f"q-{n}-id") == wanted and theirs.get(f"q-{n}-keep") == "1"
    ]
    here = next((n for n in numbered(form, "q") if form.get(f"q-{n}-id") == wanted), None)
    if here is None:
        here = max(numbered(form, "q"), default=-1) + 1
    form[f"q-{here}-id"] = wanted
    form[f"q-{here}-keep"] = "1" if there else ""


def _take(form: Values, theirs: Mapping[str, str], name: str, *, exactly: bool = False) -> None:
    for had in [k for k in form if (k == name if exactly else k.startswith(name))]:
        del form[had]
    form.update({k: v for k, v in theirs.items() if (k == name if exactly else k.startswith(name))})
