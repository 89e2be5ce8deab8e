"""Describe what was found: its title, its texts, its address, and what it belongs to."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import and_, any_, bindparam, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from app.db.engine import among
from app.db.prepared import Prepared
from app.log.documents import PositionDocument
from app.log.hearsay import attributed_by
from app.log.reader import NUMBERS, Moment, Snapshot, held_of_kinds, list_held
from app.log.recall import recall
from app.models.issue import Option
from app.models.log import ObjectPeriod
from app.models.negotiation import Participation
from app.models.source import Quote
from app.positions.phrases import only_if
from app.search.names import titles
from app.search.queries import Found

BYTES_OF_HIT = 1_500  # in memory, beside its text
BYTES_OF_QUOTE = 800  # of a position, beside its text
MOST_QUOTES = 30  # of a position that are looked at one by one
OBJECTS = ("party", "issue", "speaker", "negotiation", "position", "source")


class Around:
    """The objects that were found, and those that their titles name, at one moment."""

    def __init__(self) -> None:
        self._held: dict[tuple[str, int], Snapshot] = {}
        self._called: dict[tuple[str, int], Mapping[str, Any]] = {}
        self.options: dict[int, list[str]] = defaultdict(list)  # labels, by issue
        self.seats: dict[int, str] = {}  # slug of the first negotiation a party takes part in

    def add(self, rows: Iterable[Snapshot]) -> None:
        """Add objects."""
        self._held |= {(s.kind, s.id): s for s in rows}

    def add_called(self, called: Mapping[tuple[str, int], Mapping[str, Any]]) -> None:
        """Add what objects are called, by kind and number."""
        self._called |= called

    def get(self, kind: str, number: int | None) -> Snapshot | None:
        """Return an object that was found, or None."""
        return self._held.get((kind, number or 0))

    def called(self, kind: str, number: int | None) -> Mapping[str, Any] | None:
        """Return what an object is called that something found belongs to, or None."""
        return self._called.get((kind, number or 0))

    def text(self, kind: str, number: int | None, name: str) -> str:
        """Return a name of such an object as text; empty if either is missing."""
        found = self.called(kind, number)
        return str((found and found[name]) or "")


@dataclass(frozen=True, slots=True)
class Said:
    """A quote, without the position that uses it."""

    id: int
    text: str  # in which the snippet is looked for
    translation: str
    speaker: str | None  # the name or the office, and the party if it is not that of the position
    source: str
    said_on: str | None
    language: str | None
    kind: str


@dataclass(frozen=True, slots=True)
class Described:
    """A hit without its snippet: what stays the same whatever was searched for."""

    title: str
    text: str  # in which the snippet is looked for
    url: str
    context: str | None
    # Of a position: its texts, each with whether it is a condition, and who alone reports it.
    texts: tuple[tuple[str, bool], ...] = ()
    reported_by: Mapping[str, str] = field(default_factory=dict)  # slug -> name
    own: tuple[tuple[str, bool], ...] = ()  # its texts without those of its quotes
    quotes: tuple[Said, ...] = ()
    facts: Mapping[str, str | None] = field(default_factory=dict)  # as fields of the hit

    @property
    def size(self) -> int:
        """About how many bytes it takes in memory."""
        quotes = sum(
            BYTES_OF_QUOTE + 2 * len(quote.text + quote.translation) for quote in self.quotes
        )
        return BYTES_OF_HIT + 2 * len(self.text) + quotes


async def describe(
    session: AsyncSession, at: Moment, found: Sequence[Found], versions: Mapping[int, int]
) -> dict[Found, Described]:
    """Describe what was found; `versions` are those of the positions, by id.

    No statement for what the process has described before, and six at most for others.
    """
    known = recall(session, at)
    keys = {
        one: ("hit", *one, versions.get(one[1]) if one[0] == "position" else None) for one in found
    }
    described = {one: kept for one, key in keys.items() if (kept := known.get(*key))}
    made = await _describe_all(session, at, [one for one in found if one not in described])
    for one, new in made.items():
        known.keep(*keys[one], value=new, size=new.size)
    return described | made


async def _describe_all(
    session: AsyncSession, at: Moment, found: Sequence[Found]
) -> dict[Found, Described]:
    if not found:
        return {}
    around = Around()
    ids = {type: [n for t, n in found if t == type] for type in (*OBJECTS, "quote")}
    around.add(await _held(session, at, {kind: ids[kind] for kind in OBJECTS}))
    rows = await QUOTES.all(session, numbers=ids["quote"]) if ids["quote"] else ()
    quotes = {q.id: q for q in rows}
    await _load_around(session, at, around, found, quotes.values())
    return {
        one: _described(*one, around, quotes)
        for one in found
        if one[0] == "quote" or around.get(*one)
    }


def _described(type: str, number: int, around: Around, quotes: Mapping[int, Any]) -> Described:
    said = _describe(type, number, around, quotes)
    if type == "quote":
        quote = quotes[number]._asdict()
        return Described(*said, quotes=(_said(quote, around, None),))
    d: Any = around.get(type, number)
    if type != "position":
        return Described(*said, facts=_facts(type, d.data, around))
    parties = [around.called("party", party) for party in attributed_by(d.data)]
    names = {party["slug"]: party["name"] for party in parties if party}
    own = _own_texts(d.data)
    return Described(
        *said,
        texts=tuple(_texts(d)),
        reported_by=names,
        own=tuple(own),
        quotes=tuple(_said(q, around, d["party_id"]) for q in d["quotes"][:MOST_QUOTES]),
        facts=_facts(type, d.data, around),
    )


def _facts(type: str, d: Mapping[str, Any], around: Around) -> dict[str, str | None]:
    """Return who, where and when, as far as an object has it, by the name of the hit's field."""
    facts: dict[str, str | None] = {}
    if type in ("issue", "position"):
        facts["negotiation"] = around.text("negotiation", d["negotiation_id"], "slug")
    match type:
        case "issue" | "party" | "negotiation":
            facts[type] = d["slug"]
        case "speaker":
            facts["party"] = around.text("party", d["party_id"], "slug") or None
        case "position":
            facts |= {
                "party": around.text("party", d["party_id"], "slug"),
                "issue": around.text("issue", d["issue_id"], "slug"),
                "firmness": d["firmness"],
                "stated_on": d["stated_on"],
            }
        case "source":
            facts |= {"language": d["language"], "source": d["title"]}
    return facts


def _said(quote: Mapping[str, Any], around: Around, party_id: int | None) -> Said:
    """Describe a quote; `party_id` is that of the position that uses it, if one is shown."""
    name = around.text("speaker", quote["speaker_id"], "name") or quote["office"]
    party = around.text("party", quote["party_id"], "name")
    if name and party and quote["party_id"] != party_id:
        name = f"{name} ({party})"
    source = around.text("source", quote["source_id"], "title")
    return Said(
        quote["id"],
        " ".join(quote["exact"].split()),
        " ".join((quote["translation"] or "").split()),
        name or party or None,
        source,
        quote["said_on"],
        quote["language"],
        quote["kind"],
    )


QUOTES = Prepared(
    lambda: select(
        Quote.id,
        Quote.speaker_id,
        Quote.office,
        Quote.party_id,
        Quote.source_id,
        Quote.exact,
        Quote.translation,
        Quote.said_on,
        Quote.language,
        Quote.kind,
    ).where(Quote.id == any_(bindparam("numbers", type_=NUMBERS)))
)


async def _held(
    session: AsyncSession, at: Moment, ids: Mapping[str, Iterable[int | None]]
) -> list[Snapshot]:
    found = await held_of_kinds(session, at, ids)
    return [snapshot for of_kind in found.values() for snapshot in of_kind.values()]


async def _load_around(
    session: AsyncSession,
    at: Moment,
    around: Around,
    found: Sequence[Found],
    quotes: Iterable[Any],
) -> None:
    """Load what the titles, contexts and addresses of hits name."""
    ids: dict[str, set[int | None]] = {
        kind: set() for kind in ("party", "issue", "negotiation", "speaker", "source")
    }
    for type, number in found:
        s = around.get(type, number)
        for kind in ("party", "issue", "negotiation"):
            ids[kind].add(s.data.get(f"{kind}_id") if s else None)
        for said in s["quotes"][:MOST_QUOTES] if s and type == "position" else ():
            for kind in ("party", "speaker", "source"):
                ids[kind].add(said[f"{kind}_id"])
        ids["party"].update(attributed_by(s.data) if s and type == "position" else ())
    for quote in quotes:
        ids["speaker"].add(quote.speaker_id)
        ids["source"].add(quote.source_id)
        ids["party"].add(quote.party_id)
    around.add_called(await titles(session, at, ids))
    seated = {n for t, n in found if t == "party"}
    speakers = (around.get(t, n) for t, n in found if t == "speaker")
    seated |= {speaker["party_id"] for speaker in speakers if speaker}
    issues = [n for t, n in found if t == "issue"]
    if not seated and not issues:
        return
    # Which party or issue these belong to never changes, so the live rows are right at any moment.
    parts = select(Participation.id).where(among(Participation.party_id, seated))
    labels = select(Option.id).where(among(Option.issue_id, issues))
    members = or_(
        and_(ObjectPeriod.kind == "participation", ObjectPeriod.object_id.in_(parts)),
        and_(ObjectPeriod.kind == "option", ObjectPeriod.object_id.in_(labels)),
    )
    rows = await list_held(session, at, members)
    for option in (s for s in rows if s.kind == "option"):
        around.options[option["issue_id"]].append(option["label"])
    seats = [s for s in rows if s.kind == "participation"]
    negotiations = {"negotiation": {seat["negotiation_id"] for seat in seats}}
    around.add_called(await titles(session, at, negotiations))
    for seat in seats:
        around.seats.setdefault(
            seat["party_id"], around.text("negotiation", seat["negotiation_id"], "slug")
        )


def _describe(
    type: str, number: int, around: Around, quotes: Mapping[int, Any]
) -> tuple[str, str, str, str | None]:
    """Return title, searched text, address and context of an object."""
    if type == "quote":
        q = quotes[number]
        who = around.text("speaker", q.speaker_id, "name") or q.office or ""
        source = around.text("source", q.source_id, "title")
        return (
            who or source,
            _join(q.exact, q.translation),
            f"/quotes/{number}",
            source if who else None,
        )
    d: Any = around.get(type, number)
    negotiation = d["negotiation_id"] if type in ("issue", "position") else None
    slug, title = (around.text("negotiation", negotiation, name) for name in ("slug", "title"))
    match type:
        case "party":
            seat = around.seats.get(number)
            url = f"/n/{seat}/parties/{d['slug']}" if seat else f"/api/v1/parties/{d['slug']}"
            return d["name"], _join(d["name"], d["short_name"], *d["aliases"]), url, d["kind"]
        case "speaker":
            party = around.called("party", d["party_id"])
            seat = around.seats.get(d["party_id"])
            url = (
                f"/n/{seat}/parties/{party['slug']}"
                if seat and party
                else f"/api/v1/speakers/{number}"
            )
            names = _join(d["name"], d["office"], *d["aliases"])
            return d["name"] or d["office"], names, url, party["name"] if party else None
        case "issue":
            text = _join(d["title"], d["question"], *around.options[number])
            return d["title"], text, f"/n/{slug}/issues/{d['slug']}", title
        case "negotiation":
            return d["title"], _join(d["title"], d["summary"]), f"/n/{d['slug']}", None
        case "position":
            who, what = (
                around.text("party", d["party_id"], "name"),
                around.text("issue", d["issue_id"], "title"),
            )
            return (
                f"{who} on {what}",
                " ".join(text for text, _ in _texts(d)),
                f"/positions/{number}",
                title,
            )
    published = _join(d["publisher"], d["published_on"])
    return d["title"], _join(d["title"], d["author"]), f"/sources/{number}", published or None


def _texts(position: Snapshot[PositionDocument]) -> list[tuple[str, bool]]:
    """Return the texts of a position and of its quotes, each with whether it is a condition."""
    quotes = position.data["quotes"]
    said = [(text, False) for q in quotes for text in (q["exact"], q["translation"])]
    texts = [(" ".join(text.split()), conditional) for text, conditional in said if text]
    return _own_texts(position.data) + texts


def _own_texts(d: PositionDocument) -> list[tuple[str, bool]]:
    """Return the texts of a position but those of its quotes, each with if it is a condition."""
    texts: list[tuple[str | None, bool]] = [(d["summary"], False)]
    texts += [(only_if(a["condition"]), True) for a in d["attitudes"] if a["condition"]]
    return [(" ".join(text.split()), conditional) for text, conditional in texts if text]


def _join(*parts: str | None) -> str:
    return " · ".join(filter(None, parts))
