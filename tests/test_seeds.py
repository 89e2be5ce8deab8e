"""Test the example package: well-formed, and every quote verbatim by hashes of the article."""

import csv
import hashlib
import io
import json
import re
from collections import Counter
from pathlib import Path
from uuid import UUID

import pytest

from app.models import vocabulary
from app.sources.matching import anchor
from tests.support.places import laid_hash, places_in, read_places, stand_in

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "seeds" / "ukraine-ceasefire-2025"
ARTICLE = ROOT.parent / "shared" / "sources" / "ceasefire-questions.txt"

COLUMNS = {
    "negotiations": "slug,title,summary,status,coded_through,licence,contact,method,review",
    "parties": "slug,name,short_name,kind,aliases,wikidata_id",
    "participations": "negotiation,party,role,consent_required,order",
    "speakers": "uid,name,office,party,aliases",
    "issues": "negotiation,slug,title,question,group,order,ordered,notes",
    "options": "negotiation,issue,slug,label,rank,status_quo,retired",
    "sources": "uid,url,reference,title,publisher,author,published_on,accessed_on,kind,language,archive_url,licence,text_sha256",
    "positions": "uid,version,negotiation,party,issue,status,act,summary,firmness,salience,stated_on,stated_from,stated_by,"
    "action,reason,recorded_at,recorded_by,quotes",
    "attitudes": "position,version,option,attitude,condition,inferred",
    "links": "position,version,issue,option,kind",
    "quotes": "uid,position,source,exact,prefix,suffix,kind,language,translated_from,translation,said_on,speaker,office,party,"
    "verification",
    "looks": "uid,negotiation,party,issue,looked_on,where,by",
}
KEYS = {
    "negotiations": ["slug"],
    "parties": ["slug"],
    "participations": ["negotiation", "party"],
    "speakers": ["uid"],
    "issues": ["negotiation", "slug"],
    "options": ["negotiation", "issue", "slug"],
    "sources": ["uid"],
    "positions": ["uid", "version"],
    "attitudes": ["position", "version", "option"],
    "links": ["position", "version", "issue", "option", "kind"],
    "quotes": ["uid"],
    "looks": ["uid"],
}
SETS = {
    ("negotiations", "status"): vocabulary.NegotiationStatus,
    ("participations", "role"): vocabulary.PartyRole,
    ("positions", "status"): vocabulary.PositionStatus,
    ("positions", "act"): vocabulary.Act,
    ("positions", "firmness"): vocabulary.Firmness,
    ("attitudes", "attitude"): vocabulary.Attitude,
    ("links", "kind"): vocabulary.LinkKind,
    ("quotes", "kind"): vocabulary.QuoteKind,
    ("quotes", "verification"): vocabulary.Verification,
}
FLAGS = [
    ("negotiations", "review"),
    ("participations", "consent_required"),
    ("issues", "ordered"),
    ("options", "status_quo"),
    ("options", "retired"),
    ("attitudes", "inferred"),
]
DATES = [
    ("negotiations", "coded_through"),
    ("sources", "published_on"),
    ("positions", "stated_on"),
    ("quotes", "said_on"),
    ("looks", "looked_on"),
]


def read(name: str) -> list[dict[str, str]]:
    text = (PACKAGE / f"{name}.csv").read_bytes().decode("utf-8")
    return list(csv.DictReader(io.StringIO(text, newline=""), strict=True))


T = {name: read(name) for name in COLUMNS}
DESCRIPTOR = json.loads((PACKAGE / "datapackage.json").read_text(encoding="utf-8"))
POSITIONS = {row["uid"]: row for row in T["positions"]}


def label(quote: dict[str, str]) -> str:
    position = POSITIONS[quote["position"]]
    return f"{position['party']}:{position['issue']}:{quote['exact'][:24]}"


PLACES = read_places()
STAND_IN = stand_in(PLACES, T["quotes"])
EACH_QUOTE = pytest.mark.parametrize("quote", T["quotes"], ids=label)


@pytest.mark.parametrize("name", COLUMNS)
def test_columns_line_ends_and_keys(name: str) -> None:
    raw = (PACKAGE / f"{name}.csv").read_bytes()
    assert raw.splitlines()[0].decode() == COLUMNS[name]
    assert b"\r" not in raw and raw.endswith(b"\n") and not raw.startswith(b"\xef\xbb\xbf")
    assert all(None not in row and None not in row.values() for row in T[name]), (
        "a row has too many or too few fields"
    )
    counted = Counter(tuple(row[column] for column in KEYS[name]) for row in T[name])
    assert counted and max(counted.values()) == 1


def test_descriptor_fits_the_files() -> None:
    assert DESCRIPTOR["profile"] == "tabular-data-package"
    assert DESCRIPTOR["name"] == PACKAGE.name and DESCRIPTOR["title"] and DESCRIPTOR["licenses"]
    assert {r["name"] for r in DESCRIPTOR["resources"]} == set(COLUMNS)
    assert {p.name for p in PACKAGE.iterdir()} == {
        "datapackage.json",
        *(f"{name}.csv" for name in COLUMNS),
    }
    for resource in DESCRIPTOR["resources"]:
        raw = (PACKAGE / resource["path"]).read_bytes()
        assert resource["bytes"] == len(raw), resource["path"]
        assert resource["hash"] == f"sha256:{hashlib.sha256(raw).hexdigest()}", resource["path"]
        assert (
            ",".join(f["name"] for f in resource["schema"]["fields"]) == COLUMNS[resource["name"]]
        )


def test_values_are_of_their_closed_sets() -> None:
    for (name, column), values in SETS.items():
        assert {row[column] for row in T[name]} <= {str(value) for value in values}, (
            name,
            column,
        )
    for name, column in FLAGS:
        assert {row[column] for row in T[name]} <= {"true", "false"}, (name, column)
    for name, column in DATES:
        for row in T[name]:
            assert re.fullmatch(r"(\d{4}(-\d{2}(-\d{2})?)?)?", row[column]), (
                name,
                column,
                row[column],
            )


def test_slugs_and_uids() -> None:
    for name in ("negotiations", "parties", "issues", "options"):
        for row in T[name]:
            assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", row["slug"]) and len(row["slug"]) <= 80
    uids = [
        row["uid"]
        for name in ("speakers", "sources", "positions", "quotes", "looks")
        for row in T[name]
    ]
    assert len(uids) == len(set(uids))
    assert all(str(UUID(uid)) == uid for uid in uids)


def test_references_resolve() -> None:
    parties = {row["slug"] for row in T["parties"]}
    taking_part = {(row["negotiation"], row["party"]) for row in T["participations"]}
    issues = {(row["negotiation"], row["slug"]) for row in T["issues"]}
    options = {(row["negotiation"], row["issue"], row["slug"]) for row in T["options"]}
    speakers = {row["uid"]: row for row in T["speakers"]}
    sources = {row["uid"] for row in T["sources"]}
    assert {row["negotiation"] for name in ("participations", "issues") for row in T[name]} == {
        PACKAGE.name
    }
    assert {party for _, party in taking_part} | {row["party"] for row in T["speakers"]} <= parties
    assert {key[:2] for key in options} == issues
    for name in ("positions", "looks"):
        for row in T[name]:
            assert (row["negotiation"], row["party"]) in taking_part
            assert (row["negotiation"], row["issue"]) in issues
    versions = {(row["uid"], row["version"]): row for row in T["positions"]}
    for row in T["attitudes"]:
        position = versions[row["position"], row["version"]]
        assert (position["negotiation"], position["issue"], row["option"]) in options
    for row in T["links"]:
        negotiation = versions[row["position"], row["version"]]["negotiation"]
        assert (negotiation, row["issue"]) in issues
        assert not row["option"] or (negotiation, row["issue"], row["option"]) in options
    for quote in T["quotes"]:
        assert quote["source"] in sources
        assert not quote["speaker"] or speakers[quote["speaker"]]["party"] == quote["party"]
        assert quote["speaker"] or not (quote["office"] or quote["party"])


def test_ordered_issues_have_ranks_that_differ() -> None:
    for issue in T["issues"]:
        ranks = [row["rank"] for row in T["options"] if row["issue"] == issue["slug"]]
        assert len(ranks) >= 2
        if issue["ordered"] == "true":
            assert len({float(rank) for rank in ranks}) == len(ranks), issue["slug"]


def test_positions_rest_on_their_quotes() -> None:
    named = {row["uid"]: row["quotes"].split() for row in T["positions"]}
    assert all(named.values())
    held = {(quote["position"], quote["uid"]) for quote in T["quotes"]}
    assert {(position, quote) for position, quotes in named.items() for quote in quotes} == held
    for quote in T["quotes"]:
        assert quote["exact"].strip() and quote["verification"] == "attested"
        assert quote["kind"] == "reported" or quote["speaker"], "a direct quote has a speaker"


def test_attitudes_prefer_once_and_carry_their_conditions() -> None:
    preferred = Counter(row["position"] for row in T["attitudes"] if row["attitude"] == "prefers")
    assert set(preferred.values()) == {1}
    for row in T["attitudes"]:
        assert not row["condition"] or row["condition"].startswith("only "), row["condition"]


def test_a_look_is_noted_for_silent_cells_only() -> None:
    stated = {(row["party"], row["issue"]) for row in T["positions"]}
    looked = {(row["party"], row["issue"]) for row in T["looks"]}
    assert not stated & looked
    silent = {(p["slug"], i["slug"]) for p in T["parties"] for i in T["issues"]} - stated
    assert looked < silent, "some cells stay never searched, and are seen to"


def test_the_example_has_what_was_asked_for() -> None:
    assert {"russia", "ukraine", "united-states"} <= {row["slug"] for row in T["parties"]}
    titles = {row["slug"]: row["title"] for row in T["issues"]}
    assert {
        "kursk",
        "zaporizhzhia-nuclear-plant",
        "nato-membership",
        "ceasefire-length",
    } <= set(titles)
    current: dict[tuple[str, str], dict[str, str]] = {}
    for row in T["positions"]:
        quoted = [quote for quote in T["quotes"] if quote["position"] == row["uid"]]
        own = any(quote["party"] in ("", row["party"]) for quote in quoted)
        best = current.get((row["party"], row["issue"]))
        if own and (best is None or best["stated_on"] < row["stated_on"]):
            current[row["party"], row["issue"]] = row
    assert sum(len(row["quotes"].split()) for row in current.values()) >= 12


def test_the_source_text_is_not_in_the_package() -> None:
    assert all(
        len(quote["exact"]) <= 300 and len(quote["prefix"] + quote["suffix"]) <= 250
        for quote in T["quotes"]
    )


def test_the_source_names_the_text_in_which_its_quotes_have_their_places() -> None:
    assert [row["text_sha256"] for row in T["sources"]] == [PLACES.text_sha256]
    assert [quote["uid"] for quote in T["quotes"]] == list(PLACES.quotes)


@EACH_QUOTE
def test_quote_is_word_for_word_what_stands_at_its_place(quote: dict[str, str]) -> None:
    assert laid_hash(quote) == PLACES.quotes[quote["uid"]].sha256


@EACH_QUOTE
def test_quote_is_not_from_a_caption_or_heading(quote: dict[str, str]) -> None:
    place = PLACES.quotes[quote["uid"]]
    assert place.paragraph_ends_in in ".”", "headings end otherwise"
    assert not place.in_caption


@EACH_QUOTE
def test_quote_is_verified_by_our_own_anchoring(quote: dict[str, str]) -> None:
    """In a text that holds nothing but the quotes, each at its place."""
    checked = anchor.check(
        STAND_IN, quote["exact"], quote["prefix"] or None, quote["suffix"] or None
    )
    start = PLACES.quotes[quote["uid"]].start + len(quote["prefix"])
    assert (checked.verification, checked.start) == ("verified", start)


def test_places_are_those_of_the_article_where_it_is_at_hand() -> None:
    if not ARTICLE.exists():
        pytest.skip("the article is the publisher's and does not lie beside this repository")
    article = ARTICLE.read_bytes().decode("utf-8")
    assert places_in(article, T["quotes"]) == PLACES
    for quote in T["quotes"]:
        checked = anchor.check(
            article, quote["exact"], quote["prefix"] or None, quote["suffix"] or None
        )
        assert checked.verification == "verified", quote["exact"]
