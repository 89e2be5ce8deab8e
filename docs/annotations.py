#!/usr/bin/env python3
"""Propose what was annotated elsewhere: a Hypothesis or Zotero export, or a REFI-QDA project.

    python docs/annotations.py notes.json --negotiation lake --mapping lake.json         # look
    API_TOKEN=… python docs/annotations.py notes.json … --server https://… --send     # propose

Tags, codes and cases become parties, issues and options by a mapping, which is kept in a file. The
first run writes all names into it, each with null; replace each null by one of

    {"party": "north"}                             who it is about; also "speaker": "Mara Venn"
    {"issue": "quota", "option": "q40", "attitude": "prefers"}    what it says, or the issue alone
    {"kind": "reported"}                           the source's words, not the party's own
    {"published_on": "2024-05-15", "url": "https://…"}  what a source is that Parley does not have
    "ignore"

Each annotation becomes a proposal for each of its parties and issues, with its words as the quote
and its comment as the note. Parley checks the words against the text of the source and refuses
what does not match; an editor decides about the rest. A source has to be in Parley (same address,
or same id), unless the file has its text.
"""

import argparse
import io
import json
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

Json = dict[str, Any]
AT_ONCE = 50  # proposals in one request
QDA = "{urn:QDA-XML:project:1.0}"
# Before the names of cases and sources, which may be those of codes too.
CASE, SOURCE = "case: ", "source: "


@dataclass
class Source:
    """The document that an annotation is about, as far as the file says."""

    url: str | None = None
    title: str | None = None
    uid: str | None = None
    text: str | None = None


@dataclass
class Note:
    """An annotation: its words, the words beside them, its names, and what was noted."""

    source: Source
    exact: str
    prefix: str | None = None
    suffix: str | None = None
    names: list[str] = field(default_factory=list)
    comment: str | None = None
    person: str | None = None


def read(data: bytes) -> list[Note]:
    """Read a file by its content; ValueError if it is none of the three."""
    if zipfile.is_zipfile(io.BytesIO(data)):
        return list(read_qdpx(data))
    found = json.loads(data)
    rows = found if isinstance(found, list) else _first(found, "annotations", "rows", "items")
    if any("target" in row for row in rows):
        return list(read_hypothesis(rows))
    return list(read_zotero(rows))


def _first(found: Json, *names: str) -> list[Json]:
    for name in names:
        if isinstance(found.get(name), list):
            return list(found[name])
    raise ValueError("this is no export of Hypothesis or Zotero, and no REFI-QDA project")


def read_hypothesis(rows: Iterable[Json]) -> Iterator[Note]:
    """Read annotations as Hypothesis exports them; page notes and replies have no words."""
    for row in rows:
        selectors = [s for target in row.get("target", []) for s in target.get("selector", [])]
        quoted = next((s for s in selectors if s.get("type") == "TextQuoteSelector"), None)
        if quoted is None or not quoted.get("exact", "").strip():
            continue
        title = row.get("document", {}).get("title")
        yield Note(
            Source(row.get("uri"), title[0] if isinstance(title, list) and title else title),
            quoted["exact"], quoted.get("prefix"), quoted.get("suffix"),
            list(row.get("tags", [])), row.get("text") or None,
            (row.get("user") or "").removeprefix("acct:").partition("@")[0] or None,
        )  # fmt: skip


def read_zotero(items: Iterable[Json]) -> Iterator[Note]:
    """Read highlights from Zotero: of items with attachments, or as its API lists them."""
    items = [item.get("data", item) for item in items]
    known = {item.get("key"): item for item in items}
    for item in items:
        if item.get("itemType") == "annotation":
            paper = known.get(item.get("parentItem"), {})
            yield from _highlight(item, known.get(paper.get("parentItem"), paper))
        for attachment in item.get("attachments", []):
            for row in attachment.get("annotations", []):
                yield from _highlight(row, {**attachment, **item})


def _highlight(row: Json, item: Json) -> Iterator[Note]:
    words = row.get("annotationText") or ""
    if words.strip():
        tags = [tag["tag"] if isinstance(tag, dict) else tag for tag in row.get("tags", [])]
        person = row.get("annotationAuthorName") or None
        source = Source(item.get("url") or None, item.get("title"))
        yield Note(source, words, None, None, tags, row.get("annotationComment") or None, person)


def read_qdpx(data: bytes) -> Iterator[Note]:
    """Read the coded passages of a REFI-QDA project; codes are named by their path."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".qde"))
        project = ElementTree.fromstring(archive.read(name))
        codes = dict(_codes(project.iterfind(f"{QDA}CodeBook/{QDA}Codes/{QDA}Code"), ""))
        cases: dict[str, list[str]] = {}
        for case in project.iterfind(f"{QDA}Cases/{QDA}Case"):
            for ref in case.iterfind(f"{QDA}SelectionRef"):
                cases.setdefault(ref.attrib["targetGUID"], []).append(CASE + case.attrib["name"])
        for found in project.iterfind(f"{QDA}Sources/{QDA}TextSource"):
            text = found.findtext(f"{QDA}PlainTextContent")
            path = found.attrib.get("plainTextPath", "")
            if text is None and path.startswith("internal://"):
                stored = archive.read(f"sources/{path.removeprefix('internal://')}")
                text = stored.decode("utf-8-sig")
            source = Source(None, found.attrib.get("name"), found.attrib["guid"], text)
            for passage in found.iterfind(f"{QDA}PlainTextSelection"):
                start, end = (int(passage.attrib[f"{at}Position"]) for at in ("start", "end"))
                refs = passage.iterfind(f"{QDA}Coding/{QDA}CodeRef")
                names = [codes[ref.attrib["targetGUID"]] for ref in refs]
                names += cases.get(passage.attrib["guid"], [])
                about = passage.findtext(f"{QDA}Description")
                if names and text:
                    yield Note(source, text[start:end], None, None, names, about)


def _codes(codes: Iterable[ElementTree.Element], before: str) -> Iterator[tuple[str, str]]:
    for code in codes:
        name = before + code.attrib["name"]
        yield code.attrib["guid"], name
        yield from _codes(code.iterfind(f"{QDA}Code"), f"{name} > ")


def complete(mapping: Json, notes: Iterable[Note], known: Json) -> list[str]:
    """Add all names that the mapping does not have; return those that still are null."""
    names = {name for note in notes for name in note.names}
    names |= {
        SOURCE + note.source.title
        for note in notes
        if note.source.text and note.source.title and number_of(note.source, known) is None
    }
    for name in sorted(names):
        mapping.setdefault(name, None)
    return [name for name, meaning in mapping.items() if meaning is None]


def proposals(note: Note, mapping: Json, negotiation: str) -> Iterator[Json]:
    """Make a proposal for each party and issue that an annotation is about."""
    meanings = [m for m in map(mapping.get, note.names) if isinstance(m, dict)]
    stances: dict[str, Json] = {}
    for meaning in meanings:
        if "issue" in meaning:
            attitudes = stances.setdefault(meaning["issue"], {})
            if "option" in meaning:
                attitudes[meaning["option"]] = meaning.get("attitude", "prefers")
    quote = {"exact": note.exact, "prefix": note.prefix, "suffix": note.suffix}
    quote |= {name: m[name] for m in meanings for name in ("speaker", "kind") if name in m}
    quote = {name: value for name, value in quote.items() if value}
    for party in dict.fromkeys(m["party"] for m in meanings if "party" in m):
        for issue, attitudes in stances.items():
            made: Json = {
                "kind": "position",
                "position": {
                    "negotiation": negotiation, "party": party, "issue": issue,
                    "attitudes": attitudes, "quotes": [dict(quote)],
                },
            }  # fmt: skip
            if note.comment:
                made["note"] = note.comment[:5_000]
            if note.person:
                made["proposed_by"] = {"person": note.person[:200]}
            yield made


class Server:
    """A Parley server, asked with a token."""

    def __init__(self, base: str, token: str) -> None:
        self.base, self.token = base.rstrip("/"), token

    def ask(self, path: str, body: Json | None = None) -> tuple[int, Json]:
        """Send a request; return status and answer."""
        data = None if body is None else json.dumps(body).encode()
        headers = {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.base}/api/v1{path}", data, headers)
        try:
            with urllib.request.urlopen(request) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)

    def sources(self) -> dict[str, int]:
        """Return the numbers of all sources by address and by id."""
        found, cursor = {}, ""
        while True:
            _, answer = self.ask(f"/sources?limit=500{cursor}")
            for row in answer["data"]:
                found |= {key: row["id"] for key in (row["url"], row["uid"]) if key}
            if not answer["meta"]["next"]:
                return found
            cursor = f"&cursor={urllib.parse.quote(answer['meta']['next'])}"

    def propose(self, batch: list[Json]) -> Iterator[tuple[Json, str | None]]:
        """Propose; give each proposal with why it was refused, or None. All others are taken."""
        left = list(batch)
        while left:
            status, answer = self.ask("/proposals", {"proposals": left})
            if status == 201:
                yield from ((one, None) for one in left)
                return
            faults: dict[int, list[str]] = {}
            for fault in answer.get("errors", []):
                pointer = fault.get("pointer", "")
                _, _, number, *rest = f"{pointer}///".split("/")
                if number.isdecimal():
                    said = f"{'/'.join(rest).strip('/')} {fault['detail']}"
                    closest = fault.get("closest")
                    said += f" (closest: “{closest['exact']}”)" if closest else ""
                    faults.setdefault(int(number), []).append(said.strip())
            if not faults:
                raise SystemExit(f"Refused: {answer.get('detail', status)}")
            for n, said in faults.items():
                yield left[n], "; ".join(said)
            left = [one for n, one in enumerate(left) if n not in faults]


def number_of(source: Source, known: dict[str, int]) -> int | None:
    """Return the number of a source that Parley has."""
    return known.get(source.url or "") or known.get(source.uid or "")


def with_source(one: Json, source: Source, known: dict[str, int], mapping: Json) -> str | None:
    """Name the source in a proposal, or bring it along; return why that is not possible."""
    number = number_of(source, known)
    if number is not None:
        one["position"]["quotes"][0]["source_id"] = number
        return None
    about = mapping.get(f"{SOURCE}{source.title}")
    if not source.text or not isinstance(about, dict):
        return f"its source is not in Parley: {source.url or source.title}"
    one["source"] = {"title": source.title, "text": source.text, **about}
    if "url" not in about:
        one["source"]["reference"] = source.title
    return None


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0 if everything was taken, 1 if something was left out."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path)
    parser.add_argument("--negotiation", required=True)
    parser.add_argument("--mapping", type=Path, required=True)
    parser.add_argument("--server", default="http://127.0.0.1:8000")
    parser.add_argument("--send", action="store_true", help="propose; otherwise only look")
    asked = parser.parse_args(arguments)
    notes = read(asked.file.read_bytes())
    server = Server(asked.server, os.environ.get("API_TOKEN", ""))
    known, wanted, left_out = server.sources(), [], []
    mapping = json.loads(asked.mapping.read_text("utf-8")) if asked.mapping.exists() else {}
    if new := complete(mapping, notes, known):
        text = json.dumps(mapping, indent=2, ensure_ascii=False)
        asked.mapping.write_text(text + "\n", "utf-8")
        print(f"Say in {asked.mapping} what these mean, and run this again:", *new, sep="\n  ")
        return 1
    for note in notes:
        made = list(proposals(note, mapping, asked.negotiation))
        if not made:
            left_out.append((note.exact, "no party or no issue"))
        for one in made:
            why = with_source(one, note.source, known, mapping)
            (left_out.append((note.exact, why)) if why else wanted.append(one))
    taken = 0
    for at in range(0, len(wanted) if asked.send else 0, AT_ONCE):
        for one, why in server.propose(wanted[at : at + AT_ONCE]):
            taken += why is None
            if why:
                left_out.append((one["position"]["quotes"][0]["exact"], why))
    for words, why in left_out:
        print(f"“{words[:80]}”: {why}", file=sys.stderr)
    done = f"{taken} proposed" if asked.send else f"{len(wanted)} could be proposed"
    print(f"{len(notes)} annotations: {done}, {len(left_out)} left out.")
    return 1 if left_out else 0


if __name__ == "__main__":
    raise SystemExit(main())
