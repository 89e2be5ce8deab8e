"""Test that any negotiation comes through a package unchanged."""

import csv
import io
from datetime import date
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.datapackage.rows import join_list, split_list
from app.datapackage.writer import cell
from app.embedded_postgres.server import Server
from tests.datapackage.packages import Tables, ask, commits, give_out, small, take_in, write
from tests.support.worlds import EMPTY, copied

ALPHABET = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]) | st.sampled_from(
    "\n\t\"',;|\\=+-@«»“”’ҐїЁж漢"
)
texts = st.text(ALPHABET, min_size=1, max_size=30)
words = texts.map(lambda t: f"{t}я")
lines = words.map(lambda t: " ".join(t.split()))
prose = words.map(lambda t: t.strip())
days = st.dates(date(1990, 1, 1), date(2024, 12, 31)).map(str)
dates = st.tuples(days, st.sampled_from([4, 7, 10])).map(lambda d: d[0][: d[1]])


@given(
    st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\0")), min_size=2, max_size=5)
)
def test_a_cell_is_read_as_it_was_written(row: list[str]) -> None:
    written = ",".join(map(cell, row)) + "\n"
    [read] = csv.reader(io.StringIO(written, newline=""), strict=True)
    assert read == row


@given(st.lists(st.text(min_size=1)))
def test_a_list_is_read_as_it_was_written(aliases: list[str]) -> None:
    assert split_list(join_list(aliases)) == aliases


@st.composite
def negotiations(draw: Any) -> Tables:
    """Draw a package with several positions in several versions, drafts among them."""
    tables = small()
    tables["positions"], tables["quotes"], tables["attitudes"], tables["links"] = [], [], [], []
    tables["parties"][0] |= {
        "name": draw(lines),
        "aliases": join_list(draw(st.lists(lines, max_size=3))),
    }
    tables["issues"][0] |= {"title": draw(lines), "notes": draw(prose), "group": draw(lines)}
    tables["sources"][0] |= {
        "title": draw(lines),
        "published_on": draw(dates),
        "text_sha256": "ab" * 32,
    }
    for n in range(draw(st.integers(1, 4))):
        said_on = draw(dates)
        named = [f"q{n}.{i}" for i in range(draw(st.integers(1, 3)))]
        for q in named:
            tables["quotes"].append(
                {
                    "uid": q,
                    "position": f"p{n}",
                    "source": "s1",
                    "exact": draw(words),
                    "prefix": draw(texts),
                    "translation": draw(prose),
                    "speaker": draw(st.sampled_from(["", "ann"])),
                    "verification": draw(st.sampled_from(["attested", "unverified", "verified"])),
                }
            )
        shown = False
        for version in range(1, draw(st.integers(1, 3)) + 1):
            states = ["published", "retracted"] if shown else ["draft", "published"]
            status = draw(st.sampled_from(states))
            shown |= status == "published"
            key = {"uid": f"p{n}", "version": str(version)}
            tables["positions"].append(
                key
                | {
                    "negotiation": "sea",
                    "party": draw(st.sampled_from(["isle", "coast"]))
                    if version == 1
                    else tables["positions"][-1]["party"],
                    "issue": "fish",
                    "status": status,
                    "summary": draw(prose),
                    "reason": draw(prose),
                    "firmness": draw(st.sampled_from(["red_line", "open", "unclear"])),
                    "stated_on": said_on,
                    "quotes": " ".join(named if version == 1 else named[:1]),
                    "recorded_by": draw(lines),
                    "recorded_at": f"2025-0{version}-01T10:00:00Z" if draw(st.booleans()) else "",
                }
            )
            for option in draw(st.lists(st.sampled_from(["few", "many"]), unique=True)):
                said = {
                    "option": option,
                    "attitude": "accepts",
                    "condition": draw(lines),
                    "inferred": "true",
                }
                tables["attitudes"].append({"position": f"p{n}", "version": str(version), **said})
            if draw(st.booleans()):
                link = {
                    "issue": "line",
                    "option": draw(st.sampled_from(["", "mid"])),
                    "kind": "package",
                }
                tables["links"].append({"position": f"p{n}", "version": str(version), **link})
    return tables


@settings(max_examples=8, suppress_health_check=list(HealthCheck))
@given(negotiations())
def test_out_and_in_and_out(postgres: Server, tables: Tables) -> None:
    with (
        TemporaryDirectory() as folder,
        copied(postgres, EMPTY) as (first, _),
        copied(postgres, EMPTY) as (second, _),
    ):
        place, urls = Path(folder), [first.url, second.url]
        write(place / "by-hand", {name: rows for name, rows in tables.items() if rows})
        take_in(urls[0], place / "by-hand")
        give_out(urls[0], "sea", place / "one.zip")
        take_in(urls[1], place / "one.zip")
        give_out(urls[1], "sea", place / "two.zip")
        assert (place / "two.zip").read_bytes() == (place / "one.zip").read_bytes()
        assert ask(urls[1], "SELECT count(*) FROM position WHERE status = 'draft'") == [(0,)]
        before = [commits(url) for url in urls]
        take_in(urls[0], place / "by-hand")
        take_in(urls[0], place / "one.zip")
        assert [commits(url) for url in urls] == before
