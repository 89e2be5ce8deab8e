"""Test that a file imported in memory and one imported through temporary tables do the same.

Each case is imported both ways, in transactions that are rolled back; what the log has then and
what an export says are compared, or the faults.
"""

import asyncio
import io
import zipfile
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession

from app.core import clock
from app.datapackage.export import export_package
from app.datapackage.faults import ImportFaults
from app.datapackage.reader import PackageRow
from app.db.engine import make_engine, make_sessions
from app.importing import actions as importing
from app.importing.actions import import_package
from app.importing.reconcile import ImportRun
from app.importing.staging_tables import StagingTables
from app.importing.tables_in_memory import TablesInMemory
from app.log import commit_time
from app.log.reader import moment
from app.spreadsheet import actions as spreadsheets
from app.spreadsheet.actions import take_sheet
from app.spreadsheet.grouping import SheetDefaults
from app.spreadsheet.reader import Question, read_sheet
from app.spreadsheet.to_package import SheetFaults
from tests.datapackage.packages import Tables, small, write
from tests.importing.test_importing import FAULTS
from tests.spreadsheet.make import NAME, other, said, sheet
from tests.support.factories import NOWHERE, OTHER_WORDS, TWICE, WORDS, quote
from tests.support.fixtures import Lake

UID = "0f0f0f0f-0000-4000-8000-00000000000a"
NEW = {"source_url": "https://paper.example/a", "title": "A paper", "exact": "nobody checked"}
BELL = {"speaker": "Una Bell", "office": "Clerk", "speaker_party": "north"}
DAM = {"issue": "dam", "prefers": "closed"}
SAVED = said(issue="dam", prefers="open", firmness="", exact=OTHER_WORDS)  # of `saved`
Rows = list[dict[str, str]]
# What is sent, and whether it is clean.
SHEETS: dict[str, tuple[Rows, bool]] = {
    "one": ([said()], True),
    "two of one day": ([said(position="a"), said(position="b", exact=OTHER_WORDS)], True),
    "quotes of one position": ([said(**DAM), said(**DAM, exact=TWICE, prefix="again: “")], True),
    "out of order": ([said(), other(), said(**DAM), other(stated_on="2023-01")], True),
    "the same twice": ([said(), said()], False),
    "known already": ([SAVED], True),
    "known already, and new": ([SAVED, said()], True),
    "differs from what is known": ([SAVED | {"prefers": "shared"}], False),
    "a month": ([said(stated_on="2024-05")], True),
    "a year, narrowed": ([said(stated_on="2024", stated_from="2024-05-01")], True),
    "narrowed too far": ([said(stated_on="2024", stated_by="2025-01-01")], False),
    "narrowed to nothing": (
        [said(stated_on="2024", stated_from="2024-05-09", stated_by="2024-05-01")],
        False,
    ),
    "said before": ([said(said_on="2024-05-01")], True),
    "said after": ([said(said_on="2024-06-01")], False),
    "no date": ([said(stated_on="")], False),
    "a date to come": ([said(stated_on="2999-01-01")], False),
    "a date in words": ([said(stated_on="14 May 2024")], True),
    "an unclear date": ([said(stated_on="4/5/2024")], False),
    "speakers, saved and new": ([said(speaker="M. Venn"), other(**BELL)], True),
    "speakers, new and saved": ([said(**BELL), other(speaker="Tol Ibarra")], True),
    "a speaker of a draft, then of more": (
        [said(**BELL, status="draft"), said(**DAM, **BELL, exact=TWICE, prefix="again: “")],
        True,
    ),
    "a speaker of drafts alone": ([said(**BELL, status="draft")], True),
    "an office alone": ([said(office="Clerk", speaker_party="north")], True),
    "an unknown speaker": ([said(speaker="Nobody")], False),
    "a party without a speaker": ([said(speaker_party="north")], False),
    "sources, saved and new": ([said(), other(**NEW)], True),
    "sources, new and saved": ([said(**NEW), other()], True),
    "a source of two titles": ([said(**NEW), other(**NEW | {"title": "B"})], False),
    "a reference": ([said(source_url="", reference="Box 3", title="Minutes")], True),
    "a source of no kind": ([said(source_url="ftp://paper.example")], False),
    "words that are not there": ([said(exact=NOWHERE)], False),
    "words that are not there, in a draft": ([said(exact=NOWHERE, status="draft")], True),
    "words that are there twice": ([said(exact=TWICE)], True),
    "an elision": ([said(exact="We accept forty per cent … one drop less")], True),
    "attitudes in JSON": (
        [said(prefers="", attitudes='{"q40": "prefers", "q20": "rejects"}', inferred="q40")],
        True,
    ),
    "conditions": ([said(prefers="", accepts="q20;q30", conditions='{"q20": "only if"}')], True),
    "links": (
        [
            said(
                links='[{"issue": "dam", "kind": "package"},'
                ' {"issue": "dam", "option": "open", "kind": "condition"}]'
            )
        ],
        True,
    ),
    "a link to itself": ([said(links='[{"issue": "quota", "kind": "package"}]')], False),
    "an unknown option": ([said(prefers="q41")], False),
    "withdrawn": ([said(prefers="", act="withdraws")], True),
    "withdrawn, with an attitude": ([said(act="withdraws")], False),
    "values out of bounds": ([said(salience="101", firmness="very", act="sings")], False),
    "a draft without attitudes": ([said(status="draft", prefers="", salience="5")], True),
    "a status of no kind": ([said(status="retracted")], False),
    "a UUID in capitals": ([said(position_uid=UID.upper())], True),
    "no UUID": ([said(position_uid="x")], False),
    "one quote of two positions": (
        [said(quote_uid=UID), said(quote_uid=UID, stated_on="2024-06", said_on="2024-05")],
        True,
    ),
    "one quote of two cells": ([said(quote_uid=UID), said(**DAM, quote_uid=UID)], False),
    "a saved quote in another cell": ([said(quote_uid="SAVED", exact=OTHER_WORDS)], True),
    "languages": ([said(language="en", translated_from="uk", translation="Ja")], True),
    "a language of no kind": ([said(language="english, mostly")], False),
    "hostile": (
        [said(summary="'=1+1\r\n<b>\\N\t\u202e\x85 ", conditions="a\\tb|c", exact=WORDS)],
        True,
    ),
    "much": ([said(summary="x" * 200_000)], False),
    "many faults": ([said(party="x"), other(issue="x"), said(exact="", position="c")], False),
    "many": ([said(stated_on=f"2020-{m:02}-{d:02}") for m in range(1, 9) for d in (1, 9)], True),
}


def again(tables: Tables, **more: str) -> None:
    """Add a second version of the position of a small package."""
    tables["positions"].append(tables["positions"][0] | {"version": "2", **more})
    for name in ("attitudes", "links"):
        tables[name].append(tables[name][0] | {"version": "2"})


EARLY, LATER = "2024-04-01T10:00:00Z", "2024-04-02T10:00:00Z"
PACKAGES: dict[str, Callable[[Tables], object]] = {
    "as it is": lambda t: None,
    "two versions": lambda t: again(t, summary="Fewer", reason="It said fewer"),
    "retracted": lambda t: again(t, status="retracted", action="retracted", reason="No"),
    "published later": lambda t: (
        t["positions"][0].update(status="draft"),
        again(t, status="published"),
    ),
    "of another recording": lambda t: (
        t["positions"][0].update(recorded_at=EARLY, recorded_by="eve", status="draft"),
        again(t, recorded_at=LATER, recorded_by="bo", action="published"),
    ),
    "published under another party": lambda t: (
        t["positions"][0].update(status="draft", first_published=EARLY, recorded_at=LATER),
        again(t, recorded_at=LATER),
    ),
    "keys in capitals": lambda t: (
        t["positions"][0].update(uid=UID),
        *(t[name][0].update(position=UID.upper()) for name in ("attitudes", "links", "quotes")),
    ),
    "a quote of two positions": lambda t: (
        t["positions"][0].update(quotes="q1"),
        t["positions"].insert(0, t["positions"][0] | {"uid": "p0", "stated_on": "2024-02"}),
    ),
    "a quote listed twice": lambda t: t["quotes"].append(t["quotes"][0]),
    "a position without a key": lambda t: t["positions"].append(t["positions"][0] | {"uid": ""}),
    "rows without a position": lambda t: (
        t["attitudes"].append(t["attitudes"][0] | {"position": "", "option": "many"}),
        t["links"].append(t["links"][0] | {"version": "x"}),
        t["quotes"].append(t["quotes"][0] | {"position": "", "uid": "q2"}),
        t["attitudes"].append(t["attitudes"][0] | {"version": "9"}),
    ),
    "no quotes at all": lambda t: (t.pop("quotes"), t["positions"][0].update(status="draft")),
    "no positions at all": lambda t: [
        t.pop(n) for n in ("positions", "attitudes", "links", "quotes")
    ],
    **{
        e: c for e, c in FAULTS if e.startswith(("attitudes", "links", "quotes", "positions.csv:3"))
    },
}


class OpenedLater(StagingTables):
    """Temporary tables for a spreadsheet, which has none outside this test."""

    async def put(self, table: str, rows: Iterator[PackageRow]) -> None:
        if table == next(iter(self.tables)):
            await self.open()
        await super().put(table, rows)


class Both:
    """Runs an import in memory and through temporary tables, and returns what each did."""

    def __init__(
        self, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch, negotiation: str
    ) -> None:
        self.engine, self.monkeypatch, self.negotiation = engine, monkeypatch, negotiation
        monkeypatch.setattr(commit_time, "LEAST", 0.05)

    async def run(self, work: Callable[[AsyncSession], Any]) -> tuple[Any, Any]:
        return await self._one(work, large=False), await self._one(work, large=True)

    async def _one(self, work: Callable[[AsyncSession], Any], *, large: bool) -> Any:
        self.monkeypatch.setattr(importing, "LARGE", 0 if large else 4 << 20)
        self.monkeypatch.setattr(importing, "MANY", 1 if large else 1_000)
        async with make_sessions(self.engine)() as session:
            kind = partial(OpenedLater, session) if large else TablesInMemory
            self.monkeypatch.setattr(spreadsheets, "TablesInMemory", kind)
            done = await work(session)
            logged = await self._logged(session) if done["clean"] else None
            await session.rollback()
        return {**done, "logged": logged}

    async def _logged(self, session: AsyncSession) -> Any:
        """Return the entries of the log, and the files of an export."""
        entries = await session.execute(
            text(
                "SELECT r.n, r.kind, r.version, r.action, r.reason, r.public, r.recorded_at,"
                " r.recorded_by, c.by, c.batch, p.status, p.firmness, p.attributed, p.stated_from,"
                " p.stated_by, p.recorded_at = c.at, p.seq_to = 9223372036854775807,"
                " CASE WHEN p.first_published < c.at THEN p.first_published END,"
                " p.first_published = c.at, live.first_published_at = p.first_published,"
                " h.words, h.public, h.seq_to = 9223372036854775807"
                " FROM log_revision r JOIN log_commit c USING (seq)"
                " LEFT JOIN log_spell p ON p.seq_from = r.seq AND p.n = r.n"
                " LEFT JOIN log_holding h ON h.seq_from = r.seq AND h.n = r.n"
                " LEFT JOIN position live ON live.id = p.position_id"
                " WHERE seq = (SELECT max(seq) FROM log_commit) ORDER BY r.n"
            )
        )
        checks = await session.execute(
            text(
                'SELECT q.uid, k.verification, k.start, k."end", k.segments, k.prefix, k.suffix,'
                " k.fragment, k.page FROM quote_check k JOIN quote q ON q.id = k.quote_id"
                " WHERE seq = (SELECT max(seq) FROM log_commit) ORDER BY q.uid"
            )
        )
        uses = await session.execute(
            text(
                "SELECT q.uid, p.uid FROM log_quote_use JOIN quote q ON q.id = quote_id"
                " JOIN position p ON p.id = position_id ORDER BY 1, 2"
            )
        )
        out = io.BytesIO()
        await export_package(session, await moment(session), self.negotiation, out, texts=True)
        with zipfile.ZipFile(out) as files:
            exported = {n: files.read(n).decode() for n in files.namelist() if n.endswith(".csv")}
        at = await session.scalar(text("SELECT max(at) FROM log_commit"))
        same = {n: said.replace(clock.instant(at), "NOW") for n, said in exported.items()}
        return list(entries), list(checks), list(uses), same


def test_spreadsheets(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests
) -> None:
    held = lake.ada.state(
        "north", "dam", attitudes={"open": "prefers"}, quotes=[quote(OTHER_WORDS)]
    )
    uid = held["quotes"][0]["uid"].encode()

    async def take(data: bytes, session: AsyncSession) -> dict[str, Any]:
        faults = SheetFaults(NAME)
        read = read_sheet(data, NAME, faults, None)
        assert not isinstance(read, Question)
        run = ImportRun(by="ada", now=clock.now())
        taken = await take_sheet(session, read, faults, run, SheetDefaults("lake"))
        told = [str(taken.report), taken.fates, taken.new, taken.same, taken.questions]
        return {"clean": taken.clean, "told": told, "faults": list(map(str, faults))}

    async def compare(engine: AsyncEngine) -> None:
        both = Both(engine, monkeypatch, "lake")
        for name, (rows, clean) in SHEETS.items():
            with subtests.test(name):
                data = sheet(*rows).replace(b"SAVED", uid)
                small_way, large_way = await both.run(partial(take, data))
                assert small_way == large_way
                assert small_way["clean"] is clean, small_way["faults"]

    on_engine(lake.database.url, compare)


def test_packages(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, subtests: pytest.Subtests, tmp_path: Path
) -> None:
    async def take(folder: Path, session: AsyncSession) -> dict[str, Any]:
        try:
            report = await import_package(session, folder, ImportRun(by="ada", now=clock.now()))
        except ImportFaults as error:
            return {"clean": False, "told": error.lines()}
        return {"clean": True, "told": str(report)}

    async def compare(engine: AsyncEngine) -> None:
        both = Both(engine, monkeypatch, "sea")
        for i, (name, change) in enumerate(PACKAGES.items()):
            with subtests.test(name):
                tables = small()
                change(tables)
                folder = write(tmp_path / str(i), tables)
                small_way, large_way = await both.run(partial(take, folder))
                assert small_way == large_way

    on_engine(lake.database.url, compare)


def on_engine(url: str, work: Callable[[AsyncEngine], Awaitable[None]]) -> None:
    async def run() -> None:
        engine = make_engine(url, limits=False)
        try:
            await work(engine)
        finally:
            await engine.dispose()

    asyncio.run(run())
