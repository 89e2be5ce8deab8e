"""Test export and import: the same answers, and the same bytes in a second export."""

import io
import zipfile
from asyncio import run
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from app.db.engine import make_engine, make_sessions, transaction
from app.embedded_postgres.server import Server
from app.log.entry import ChainHash, Change, chain_line, payload_hash
from app.log.rebuild import rebuild
from app.log.writer import writing
from app.models.negotiation import Participation
from app.negotiations.queries import find_parties
from app.positions.party_handover import Handing, list_of_party
from app.positions.party_identity import merge_party
from tests.datapackage.packages import SEEDS, ask, bare, commits, give_out, take_in
from tests.support.factories import NOWHERE, OTHER_WORDS, TEXT, TWICE, WORDS, Desk, quote
from tests.support.fixtures import Lake


def live(lake: Lake) -> None:
    """Make changes of every kind that a history has to contain."""
    ada = lake.ada
    first = ada.state(
        conditions={"q40": "only if it rains"},
        stated_on="2024-05",
        firmness="demand",
        inferred=["q40"],
    )
    ada.correct(first["id"], summary="=1+1, «дамба»\nand “more”", salience=70)
    ada.correct(
        first["id"],
        quotes=[{"id": first["quotes"][0]["id"]}, quote(TWICE, suffix=" until the survey")],
    )
    carried = [{"id": first["quotes"][0]["id"]}]
    ada.state(quotes=[*carried, quote(OTHER_WORDS, speaker="Tol Ibarra", said_on="2024-05-14")],
              links=[
        {"issue": "dam", "option": "open", "kind": "package"}, {"issue": "dam", "kind": "sequence"},
    ])  # fmt: skip
    hearsay = ada.state("south", "dam", quotes=[quote(WORDS, speaker="Mara Venn")])
    ada.retract(hearsay["id"])
    taken_back = ada.state("south", quotes=[quote(OTHER_WORDS)], act="withdraws", attitudes={})
    ada.retract(taken_back["id"])
    ada.correct(taken_back["id"], status="published")
    drafted = ada.draft("council", "dam", quotes=[quote(NOWHERE)], stated_on="2024-04")
    ada.correct(
        drafted["id"],
        quotes=[quote(WORDS, kind="reported", language="en", translated_from="uk")],
        stated_by="2024-04-20",
    )
    ada.correct(drafted["id"], status="published")
    ada.draft(
        "council",
        "quota",
        summary="nobody may see this",
        quotes=[quote(speaker={"name": "Hidden"})],
    )
    other = ada.source(url=None, reference="Archive, box 7", title="Ledger", published_on="2024-06")
    ada.state(
        "north",
        "dam",
        quotes=[quote("Вода — наша", other["id"], prefix="Он сказал: ")],
        stated_on=...,
    )
    assert (
        ada.patch(
            "/negotiations/lake/issues/dam", {"options": [{"slug": "shared", "retired": True}]}
        ).status
        == 200
    )
    assert ada.patch("/parties/north", {"aliases": ["North | Shore", "back\\slash"]}).status == 200
    assert (
        ada.post(
            "/negotiations/lake/looks",
            {"party": "council", "issue": "quota", "looked_on": "2024-06-01"},
        ).status
        == 201
    )


def answers(desk: Desk) -> dict[str, Any]:
    """Return everything that readers get, without what differs from database to database."""
    got: dict[str, Any] = {}
    for path in (
        "",
        "/matrix",
        "/common-ground",
        "/agreement",
        "/changes",
        "/timeline",
        "/coverage",
        "/looks",
    ):
        answer = desk.get(f"/negotiations/lake{path}")
        got[path] = bare(answer.json["data"]) if answer.status == 200 else answer.status
    got["parties"] = bare(desk.get("/parties").data)
    got["speakers"] = bare(desk.get("/speakers").data)
    got["sources"] = bare(desk.get("/sources").data)
    positions = [*desk.get("/positions", negotiation="lake", sort="stated_on").data]
    got["positions"] = bare(positions)
    for p in positions:
        got[p["uid"]] = bare(desk.get(f"/positions/{p['id']}/versions").data)
    return got


@pytest.fixture
def empty(client: TestClient) -> Desk:
    """Return a client of an empty database."""
    return Desk(client)


def test_the_same_answers_and_the_same_bytes(
    lake: Lake, database: Server, empty: Desk, tmp_path: Path
) -> None:
    live(lake)
    give_out(lake.database.url, "lake", tmp_path / "one.zip")
    report = take_in(database.url, tmp_path / "one.zip")
    assert report.counts["positions"].added == 3 + 1 + 2 + 3 + 1 + 1
    assert answers(empty) == answers(lake.stranger)
    give_out(database.url, "lake", tmp_path / "two.zip")
    assert (tmp_path / "two.zip").read_bytes() == (tmp_path / "one.zip").read_bytes()


def test_retracted_ones_come_along_with_their_history(
    lake: Lake, database: Server, empty: Desk, tmp_path: Path
) -> None:
    number = lake.ada.state()["id"]
    lake.ada.retract(number, "not said")
    give_out(lake.database.url, "lake", tmp_path)
    take_in(database.url, tmp_path)
    [(there,)] = ask(database.url, "SELECT id FROM position")
    shown, was = (
        d.get(f"/positions/{n}/versions").data for d, n in ((empty, there), (lake.stranger, number))
    )
    assert bare(shown) == bare(was) and {v["action"] for v in was} == {"published", "retracted"}


def test_without_texts_only_how_quotes_were_checked_differs(
    lake: Lake, database: Server, empty: Desk, tmp_path: Path
) -> None:
    live(lake)
    give_out(lake.database.url, "lake", tmp_path / "public.zip", texts=False)
    assert TEXT.encode()[:40] not in b"".join(_contents(tmp_path / "public.zip").values())
    take_in(database.url, tmp_path / "public.zip")
    here, there = answers(empty), answers(lake.stranger)
    assert "attested" in str(here) and "'verified'" not in str(here)
    assert str(here).replace("'attested'", "'verified'") == str(there)


def test_drafts_and_what_went_before_publication_stay_at_home(lake: Lake, tmp_path: Path) -> None:
    live(lake)
    give_out(lake.database.url, "lake", tmp_path / "out.zip")
    everything = b"".join(_contents(tmp_path / "out.zip").values())
    assert b"nobody may see this" not in everything and b"Hidden" not in everything
    assert NOWHERE.encode() not in everything


def test_a_mismatch_that_came_later_is_kept(
    lake: Lake, database: Server, empty: Desk, tmp_path: Path
) -> None:
    number = lake.ada.state()["id"]
    assert (
        lake.ada.patch("/sources/1", {"text": "Something else was printed in the end."}).status
        == 200
    )
    assert lake.stranger.get(f"/positions/{number}").data["quotes"][0]["verification"] == "mismatch"
    give_out(lake.database.url, "lake", tmp_path / "out.zip")
    take_in(database.url, tmp_path / "out.zip")
    assert answers(empty) == answers(lake.stranger)


def test_a_source_corrected_later_moves_no_date(
    lake: Lake, database: Server, empty: Desk, tmp_path: Path
) -> None:
    number = lake.ada.state(stated_on="2024-05")["id"]
    assert lake.ada.patch("/sources/1", {"published_on": "2024-05-02"}).status == 200
    assert lake.stranger.get(f"/positions/{number}").data["stated_by"] == "2024-05-14"
    give_out(lake.database.url, "lake", tmp_path / "out.zip")
    take_in(database.url, tmp_path / "out.zip")
    assert answers(empty) == answers(lake.stranger)


def test_as_it_was_known_then(lake: Lake, database: Server, empty: Desk, tmp_path: Path) -> None:
    number = lake.ada.state()["id"]
    then = lake.stranger.known_now()
    before = bare(lake.stranger.get(f"/positions/{number}").data)
    lake.ada.correct(number, summary="Later")
    assert lake.ada.patch("/parties/north", {"name": "Renamed"}).status == 200
    give_out(lake.database.url, "lake", tmp_path / "out.zip", known_at=datetime.fromisoformat(then))
    take_in(database.url, tmp_path / "out.zip")
    assert bare(empty.get("/positions/1").data) == before
    assert empty.get("/parties/north").data["name"] == "Northshore"


def test_a_folder_a_zip_and_a_stream_hold_the_same(lake: Lake, tmp_path: Path) -> None:
    live(lake)
    stream = io.BytesIO()
    for out in (tmp_path / "folder", tmp_path / "file.zip", stream):
        give_out(lake.database.url, "lake", out)
    assert stream.getvalue() == (tmp_path / "file.zip").read_bytes()
    packed = _contents(tmp_path / "file.zip")
    assert {
        p.relative_to(tmp_path / "folder").as_posix(): p.read_bytes()
        for p in (tmp_path / "folder").rglob("*.*")
    } == packed


def test_it_is_a_valid_data_package(lake: Lake, tmp_path: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    live(lake)
    give_out(lake.database.url, "lake", tmp_path / "out")
    report = frictionless.Package(str(tmp_path / "out" / "datapackage.json")).validate()
    assert report.valid, report.flatten(["rowNumber", "fieldName", "message"])


def test_the_example(database: Server, empty: Desk, tmp_path: Path) -> None:
    take_in(database.url, SEEDS)
    assert ask(database.url, "SELECT verification, count(*) FROM quote_check GROUP BY 1") == [
        ("attested", 48)
    ]
    assert len(empty.get("/positions", limit=500).data) == 28
    give_out(database.url, SEEDS.name, tmp_path / "out.zip")
    before = commits(database.url)
    for again in (SEEDS, tmp_path / "out.zip"):
        report = take_in(database.url, again)
        assert not any(c.added or c.changed for c in report.counts.values())
    assert commits(database.url) == before


def _contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {n: archive.read(n) for n in archive.namelist()}


def test_the_log_still_proves_itself(lake: Lake, database: Server, tmp_path: Path) -> None:
    live(lake)
    give_out(lake.database.url, "lake", tmp_path / "out.zip")
    take_in(database.url, tmp_path / "out.zip")
    rows = ask(
        database.url,
        "SELECT kind, object_id, version, action, snapshot, public, reason, recorded_at,"
        " recorded_by, nonce, "
        "payload_hash FROM log_revision WHERE seq = 1 ORDER BY n",
    )
    entries = []
    for kind, id_, version, action, said, public, reason, at, by, nonce, digest in rows:
        change = Change(
            kind, id_, version, action, said, public, reason, recorded_at=at, recorded_by=by
        )
        assert payload_hash(bytes(nonce), change) == bytes(digest)
        entries.append((change, bytes(digest)))
    [(seq, at, by, batch, previous, digest)] = ask(
        database.url, 'SELECT seq, at, "by", batch, previous, hash FROM log_commit WHERE seq = 1'
    )
    chained = ChainHash(bytes(previous), seq, at, by, batch)
    for change, payload in entries:
        chained.add(chain_line(change, payload))
    assert chained.digest() == bytes(digest)


async def _merge_north_into_south(url: str) -> None:
    engine = make_engine(url)
    async with transaction(make_sessions(engine)) as session:
        parties = await find_parties(session, {"north", "south"})
        giver, receiver = parties["north"], parties["south"]
        seats = list(
            await session.scalars(select(Participation).where(Participation.party_id == giver.id))
        )
        touched = await list_of_party(
            session, giver.id, negotiation_ids=[s.negotiation_id for s in seats]
        )
        async with writing(session, by="ada", now=datetime.now(UTC)) as log:
            await merge_party(
                log,
                Handing(giver, receiver, "They are one"),
                seats,
                touched,
                {},
                names=True,
            )
    await engine.dispose()


def test_a_party_that_was_merged_comes_along(
    lake: Lake, database: Server, empty: Desk, tmp_path: Path
) -> None:
    live(lake)
    run(_merge_north_into_south(lake.database.url))
    give_out(lake.database.url, "lake", tmp_path / "one.zip")
    take_in(database.url, tmp_path / "one.zip")
    shown = answers(empty)
    assert shown == answers(lake.stranger)
    assert [p["slug"] for p in shown["/matrix"]["parties"]] == ["south", "council"]
    assert {p["party"]: p["merged_into"] for p in empty.get("/negotiations/lake/parties").data}[
        "north"
    ] == "south"
    give_out(database.url, "lake", tmp_path / "two.zip")
    assert (tmp_path / "two.zip").read_bytes() == (tmp_path / "one.zip").read_bytes()
    before = ask(database.url, "SELECT t::text FROM log_spell t ORDER BY 1")
    run(_rebuild(database.owner_url))
    assert ask(database.url, "SELECT t::text FROM log_spell t ORDER BY 1") == before


async def _rebuild(url: str) -> None:
    engine = make_engine(url)
    async with transaction(make_sessions(engine)) as session:
        await rebuild(session)
    await engine.dispose()
