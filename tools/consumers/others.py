"""Read graphs, feeds, references and linked data with their libraries.

Run in an environment that has these.
"""

import json
import re
from html import unescape
from importlib.metadata import version
from pathlib import Path
from typing import Any

import bibtexparser
import feedparser
import igraph
import networkx
import pybtex
import rispy
from citeproc import (
    Citation,
    CitationItem,
    CitationStylesBibliography,
    CitationStylesStyle,
    formatter,
)
from citeproc.source.json import CiteProcJSON
from consumers.truth import Seen, load, seen
from pybtex import PybtexEngine
from pyld import jsonld

NEXT_LINE = "…"  # feedparser turns U+0085 into this
WEIGHTED = ("fruchterman_reingold", "kamada_kawai", "drl")


def check(place: Path) -> list[Seen]:
    """Read all files in `place`."""
    truth = load(place)
    return [
        line
        for each in (graph, feed, bibtex, ris, csl, pages, annotations)
        for line in each(place, truth)
    ]


def graph(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Compare vertices and weights with the API, and compute with the weights in igraph."""
    file = str(place / "agreement.graphml")
    wanted = {
        tuple(p["parties"]): (p["agreement"], p["issues"]) for p in truth["pairs"] if p["agreement"]
    }
    parties = {p["slug"] for p in truth["matrix"]["parties"]}
    read = networkx.read_graphml(file)
    edges = {(a, b): (d["weight"], d["issues"]) for a, b, d in read.edges(data=True)}
    wrong = [] if edges == wanted else [f"edges {edges}"]
    wrong += [] if set(read.nodes) == parties else [f"vertices {set(read.nodes)}"]
    told = [
        seen(
            "agreement.graphml",
            f"networkx {networkx.__version__}",
            "vertices, edges, weights",
            wrong,
        )
    ]
    made = igraph.Graph.Read_GraphML(file)
    ids = made.vs["id"]
    edges = {(ids[e.source], ids[e.target]): (e["weight"], int(e["issues"])) for e in made.es}
    wrong = [] if edges == wanted else [f"edges {edges}"]
    wrong += [] if len(set(made.vs["name"])) == len(ids) else ["two vertices of one name"]
    for name in ("betweenness", "closeness"):
        getattr(made, name)(weights="weight")
    for name in WEIGHTED:
        made.layout(name, weights="weight")
    compared = "the same; betweenness, closeness and weighted layouts work"
    return [
        *told,
        seen("agreement.graphml", f"python-igraph {igraph.__version__}", compared, wrong),
    ]


def feed(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Expect an entry for each position, newest first, with a link to it and its words."""
    found = feedparser.parse(place / "feed.atom")
    wrong = [str(found.bozo_exception)] if found.bozo else []
    newest = sorted(truth["positions"], key=lambda p: -p["id"])[:50]
    links = [f"positions/{p['id']}/versions/{p['version']}" for p in newest]
    if sorted(e.link.partition("//")[2].partition("/")[2] for e in found.entries) != sorted(links):
        wrong.append("entries are not the newest positions")
    summaries = {
        e.link.rpartition("/positions/")[2].partition("/")[0]: e.summary for e in found.entries
    }
    changed = []
    for p in newest:
        said = " ".join(
            unescape(re.sub(r"</?(?:p|blockquote)>", " ", summaries.get(str(p["id"]), ""))).split()
        )
        for q in p["quotes"]:
            words = " ".join(q["exact"].replace("\x85", NEXT_LINE).split())
            if words not in said:
                wrong.append(f"words of position {p['id']} are not in its entry: {words[:30]!r}")
            if "\x85" in q["exact"]:
                changed.append(f"position {p['id']}")
    known = (
        "U+0085, a line end, is taken for Windows-1252 and becomes “…”"
        if changed and not wrong
        else ""
    )
    compared = "entries, their links and the words in them"
    return [
        seen(
            "feed.atom",
            f"feedparser {feedparser.__version__}",
            compared,
            wrong or changed,
            known=known,
        )
    ]


def files(place: Path, form: str) -> list[Path]:
    """Return the citation files of a format."""
    return sorted((place / "cite").glob(f"*.{form}"))


def items(place: Path) -> list[dict[str, Any]]:
    """Return the CSL-JSON items."""
    return [json.loads(file.read_text())[0] for file in files(place, "json")]


def bibtex(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Read the BibTeX files with bibtexparser and pybtex."""
    wrong_parser, wrong_pybtex = [], []
    for file, item in zip(files(place, "bib"), items(place), strict=True):
        text = file.read_text()
        library = bibtexparser.parse_string(text)
        if library.failed_blocks or [e.key for e in library.entries] != [item["id"]]:
            wrong_parser.append(file.name)
        try:
            printed = PybtexEngine().format_from_string(text, "unsrt", output_backend="plaintext")
        except pybtex.exceptions.PybtexError as error:
            wrong_pybtex.append(f"{file.name}: {error}")
            continue
        if item["title"][:12].isalpha() and item["title"][:12] not in " ".join(printed.split()):
            wrong_pybtex.append(f"{file.name}: no title in {printed[:80]}")
    count = len(items(place))
    return [
        seen(
            "cite.bib",
            f"bibtexparser {bibtexparser.__version__}",
            f"{count} entries with their keys",
            wrong_parser,
        ),
        seen(
            "cite.bib",
            f"pybtex {pybtex.__version__}, style unsrt",
            f"{count} entries, printed",
            wrong_pybtex,
        ),
    ]


def ris(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Read the RIS files."""
    wrong = []
    for file, item in zip(files(place, "ris"), items(place), strict=True):
        [found] = rispy.loads(file.read_bytes().decode())
        note = ". ".join(filter(None, [item.get("archive_location"), item.get("note")])) or None
        right = (
            item["title"],
            [a["literal"] for a in item.get("author", [])],
            item.get("URL"),
            note,
        )
        urls, notes = found.get("urls", [None]), found.get("notes", [None])
        if (found["title"], found.get("authors", []), urls[0], notes[0]) != right or found[
            "type_of_reference"
        ] == "GEN":
            wrong.append(file.name)
    return [
        seen("cite.ris", f"rispy {version('rispy')}", "title, authors, address, note, type", wrong)
    ]


def csl(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Format the items, and expect each title once in the text."""
    style = CitationStylesStyle("harvard-cite-them-right", locale="en-GB", validate=False)
    wrong = []
    for file, item in zip(files(place, "txt"), items(place), strict=True):
        made = CitationStylesBibliography(style, CiteProcJSON([item]), formatter.plain)
        made.register(Citation([CitationItem(item["id"])]))
        if not str(made.bibliography()[0]):
            wrong.append(f"{file.name}: nothing")
        text = file.read_text()
        if (
            len(item["title"]) > 20
            and "/quotes/" not in str(item.get("URL"))
            and text.count(item["title"]) != 1
        ):
            wrong.append(f"{file.name}: {text.count(item['title'])} times its title")
    return [
        seen(
            "cite.json, cite.txt",
            f"citeproc-py {version('citeproc-py')}",
            "every item is printed, titles once",
            wrong,
        )
    ]


def context(url: str, options: Any = None) -> dict[str, Any]:
    """Load a stand-in for the contexts of schema.org and the W3C, which are not fetched.

    In it, every term belongs to the context.
    """
    terms = {"@vocab": f"{url}#", "id": "@id", "type": "@type"}
    return {
        "contextUrl": None,
        "documentUrl": url,
        "contentType": "application/ld+json",
        "document": {"@context": terms},
    }


def expanded(file: Path) -> Any:
    """Return a JSON-LD file in expanded form."""
    [found] = jsonld.expand(
        json.loads(file.read_text()),
        {"documentLoader": context, "base": "https://nowhere.example/"},
    )
    return found


PYLD = f"PyLD {version('PyLD')}"


def pages(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Read the JSON-LD in the pages."""
    wrong = []
    found = sorted((place / "ld").glob("page-*.json"))
    for file, work in zip(found, truth["works"], strict=True):
        data = expanded(file)
        if not data["@id"].startswith("http") or "nowhere.example" in json.dumps(data):
            wrong.append(f"{work}: {data['@id']}")
    return [
        seen(
            "JSON-LD of pages", PYLD, f"{len(found)} pages, identifiers are whole addresses", wrong
        )
    ]


def annotations(place: Path, truth: dict[str, Any]) -> list[Seen]:
    """Expect each quote as a Web Annotation with its words as selectors and the API's positions."""
    wrong, parts = [], 0
    for q in (q for p in truth["positions"] for q in p["quotes"]):
        data = json.loads((place / "ld" / f"quote-{q['id']}.json").read_text())
        expanded(place / "ld" / f"quote-{q['id']}.json")
        targets = data["target"] if isinstance(data["target"], list) else [data["target"]]
        spans = [
            [s["start"], s["end"]]
            for t in targets
            for s in t["selector"]
            if s["type"] == "TextPositionSelector"
        ]
        words = [
            s["exact"] for t in targets for s in t["selector"] if s["type"] == "TextQuoteSelector"
        ]
        parts += len(targets) > 1
        if spans != (q["segments"] or []) or (
            q["verification"] != "verified" and words != [q["exact"]]
        ):
            wrong.append(f"quote {q['id']}")
        if any(len(w) != b - a for w, (a, b) in zip(words, spans, strict=False)):
            wrong.append(f"quote {q['id']}: words and positions differ in length")
    return [
        seen(
            "JSON-LD of quotes",
            PYLD,
            f"words and positions of each part ({parts} with elisions)",
            wrong,
        )
    ]
