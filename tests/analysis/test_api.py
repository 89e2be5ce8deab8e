"""Test the analyses as JSON: agreement, moves, timeline and coverage, on both time axes."""

from typing import Any

from tests.support.factories import Body, Desk, quote
from tests.support.fixtures import Lake

N = "/negotiations/lake"


def state(desk: Desk, party: str, option: str | None, day: str, **more: Any) -> int:
    """State a position on the quota, said and published on a day."""
    told = desk.source(published_on=day, text="We take what we get.")
    said = {
        "attitudes": {option: "prefers"} if option else {},
        "stated_on": day,
        "quotes": [quote("We take what we get", told["id"])],
    }
    return int(desk.state(party, "quota", **{**said, **more})["id"])


def moves(desk: Desk, **query: str) -> list[tuple[str, str, str, int | None, int]]:
    rows: list[Body] = desk.get(f"{N}/changes", **query).data
    return [
        (m["on"], m["party"], m["kind"], m["before"] and m["before"]["id"], m["after"]["id"])
        for m in rows
    ]


def test_agreement_lists_every_pair_with_what_it_rests_on(lake: Lake) -> None:
    state(lake.ada, "north", "q20", "2024-01-01")
    state(lake.ada, "south", "q30", "2024-02-01")
    lake.ada.state("north", "dam", attitudes={"closed": "prefers"}, stated_on="2024-01-01")
    lake.ada.state("south", "dam", attitudes={"open": "prefers"}, stated_on="2024-01-01")
    got = lake.stranger.get(f"{N}/agreement")
    assert got.data["pairs"] == [
        {"parties": ["north", "south"], "agreement": 0.25, "issues": 2,
         "on": [{"issue": "quota", "options": ["q20", "q30"]},
                {"issue": "dam", "options": ["closed", "open"]}]},
        {"parties": ["north", "council"], "agreement": None, "issues": 0, "on": []},
        {"parties": ["south", "council"], "agreement": None, "issues": 0, "on": []},
    ]  # fmt: skip
    before = lake.stranger.get(f"{N}/agreement", as_of="2024-01-15").data["pairs"][0]
    assert (before["agreement"], before["issues"]) == (0.0, 1)


def test_moves_are_told_by_day_and_corrections_stand_apart(lake: Lake) -> None:
    desk = lake.ada
    hearsay = state(
        desk, "south", "q20", "2024-01-01",
        quotes=[quote(speaker="Mara Venn", said_on="2024-01-01")],
    )  # fmt: skip
    first = state(desk, "north", "q20", "2024-01-10")
    own = state(desk, "south", "q30", "2024-02-01")
    again = state(desk, "north", "q20", "2024-02-05")
    harder = state(desk, "north", "q20", "2024-03-01", firmness="demand")
    harder2 = state(desk, "north", "q20", "2024-03-02", firmness="red_line")
    moved = state(desk, "north", "q40", "2024-04-01", firmness="preference")
    gone = state(desk, "north", None, "2024-05-01", act="withdraws")
    everything = [
        ("2024-01-01", "south", "new", None, hearsay),
        ("2024-01-10", "north", "new", None, first),
        ("2024-02-01", "south", "new", hearsay, own),
        ("2024-02-05", "north", "restated", first, again),
        ("2024-03-01", "north", "restated", again, harder),
        ("2024-03-02", "north", "hardened", harder, harder2),
        ("2024-04-01", "north", "moved", harder2, moved),
        ("2024-05-01", "north", "withdrawn", moved, gone),
    ]
    assert moves(lake.stranger) == everything
    assert moves(lake.stranger, **{"from": "2024-02-05", "to": "2024-04-01"}) == everything[4:7]
    assert moves(lake.stranger, **{"from": "2024-04-01", "to": "2024-02-05"}) == []
    [there] = lake.stranger.get(f"{N}/changes", **{"from": "2024-03-31", "to": "2024-04-30"}).data
    assert (
        there["ranks"] == [1, 3]
        and there["after"]["quotes"][0]["source"]["published_on"] == "2024-04-01"
    )
    then = desk.known_now()
    desk.correct(again, summary="better words")
    desk.retract(first)
    now = lake.stranger.get(f"{N}/changes")
    assert [
        (c["position"], c["action"], c["party"], c["issue"]) for c in now.json["corrections"]
    ] == [
        (first, "retracted", "north", "quota"),
        (again, "corrected", "north", "quota"),
    ]
    assert lake.stranger.get(f"{N}/changes", **{"from": "2999-01-01"}).json["corrections"] == []
    assert ("2024-02-05", "north", "new", None, again) in moves(lake.stranger)
    assert moves(lake.stranger, known_at=then) == everything
    pinned = lake.stranger.get(f"{N}/changes", known_at=then)
    assert pinned.meta["changed_since"] == 2 and pinned.json["corrections"] == []


def test_the_timeline_tells_what_was_current_from_when_to_when(lake: Lake) -> None:
    first = state(lake.ada, "north", "q20", "2024-01-10", firmness="demand")
    second = state(lake.ada, "north", "q30", "2024-02-05")
    state(lake.ada, "north", "q40", "2024-03-05")
    got = lake.stranger.get(f"{N}/timeline", as_of="2024-02-28")
    [cell] = got.data["cells"]
    assert (cell["party"], cell["issue"]) == ("north", "quota")
    assert [(t["from"], t["until"], t["kind"], t["position"]["id"]) for t in cell["positions"]] == [
        ("2024-01-10", "2024-02-05", "new", first),
        ("2024-02-05", None, "moved", second),
    ]
    assert cell["positions"][0]["position"]["attitudes"] == {"q20": "prefers"}
    assert got.data["days"] == [
        {"day": "2024-01-10", "positions": 1},
        {"day": "2024-02-05", "positions": 1},
    ]
    assert len(lake.stranger.get(f"{N}/timeline").data["cells"][0]["positions"]) == 3


def test_long_answers_are_windows_that_lead_on(lake: Lake, monkeypatch: Any) -> None:
    monkeypatch.setattr("app.analysis.api.MOST", 2)
    for n, party in enumerate(("north", "south", "council"), 1):
        for day in (1, 2):
            state(lake.ada, party, "q20", f"2024-0{n}-0{day}")
    for path, sizes in (
        ("changes?to=2024-12-31", [2, 2, 2]),
        ("timeline?as_of=2024-12-31", [1, 1, 1]),
    ):
        seen, address, added = [], f"/api/v1{N}/{path}", []
        while address:
            got = lake.stranger.client.get(address)
            data = got.json()["data"]
            seen.append(len(data if isinstance(data, list) else data["cells"]))
            assert ("next" in got.links) == (got.json()["meta"]["next"] is not None)
            address = got.links["next"]["url"] if "next" in got.links else ""
            added.append(state(lake.ada, "council", "q30", "2024-01-01"))
        assert seen == sizes, path
        for number in added:
            lake.ada.retract(number)


def test_coverage_names_what_is_missing_or_weak(lake: Lake) -> None:
    desk = lake.ada
    desk.post(
        f"{N}/looks",
        {"party": "council", "issue": "dam", "looked_on": "2024-05-20", "where": "site"},
    )
    told = desk.source(published_on="2024-03-17", text="They want it closed.")["id"]
    number = desk.state(
        "south", "dam", attitudes={"closed": "prefers"}, stated_on="2024-03",
        quotes=[quote("They want it closed", told, kind="reported")],
    )["id"]  # fmt: skip
    quoted = lake.stranger.get(f"/positions/{number}").data["quotes"][0]["id"]
    desk.patch(f"/sources/{told}", {"published_on": "2024-03-20", "text": "They want it open."})
    data = lake.stranger.get(f"{N}/coverage", as_of="2024-06-01", stale_after=30).data
    cell = {"party": "south", "issue": "dam", "position": number}
    assert data["counts"]["cells"] == 6
    assert {"party": "north", "issue": "quota"} in data["never_searched"] and len(
        data["never_searched"]
    ) == 4
    assert [(s["party"], s["issue"], s["look"]["looked_on"]) for s in data["searched"]] == [
        ("council", "dam", "2024-05-20")
    ]
    assert [(s["party"], s["issue"], s["position"]) for s in data["stale"]] == [
        ("south", "dam", number)
    ]
    assert data["single_source"] == data["reported_only"] == [cell | {"sources": [told]}]
    assert data["mismatched"] == [
        cell | {"quote": quoted, "exact": "They want it closed", "source": told}
    ]
    assert data["redated"] == [
        cell | {"stated_by": "2024-03-17", "would_be": "2024-03-20", "problem": None}
    ]


def test_pinned_answers_stay_the_same_to_the_byte(lake: Lake) -> None:
    number = state(lake.ada, "north", "q20", "2024-01-10")
    state(lake.ada, "south", "q30", "2024-01-10")
    pins = {"as_of": "2024-06-01", "known_at": lake.ada.known_now()}
    asked = dict.fromkeys(("agreement", "timeline", "coverage", "common-ground", "matrix"), pins)
    asked["changes"] = {"known_at": pins["known_at"], "to": "2024-06-01"}
    before = {
        path: lake.stranger.get(f"{N}/{path}", **query).raw_data for path, query in asked.items()
    }
    lake.ada.patch(f"{N}/issues/quota", {"options": [{"slug": "q20", "rank": 9}], "title": "Share"})
    lake.ada.patch(f"{N}/parties/south", {"consent_required": False})
    lake.ada.correct(number, summary="other", attitudes={"q20": None, "q40": "prefers"})
    for path, query in asked.items():
        got = lake.stranger.get(f"{N}/{path}", **query)
        assert got.raw_data == before[path] and got.meta["changed_since"] == 1, path


def test_unknown_parameters_and_values_are_named(lake: Lake) -> None:
    for path in ("agreement", "changes", "timeline", "coverage"):
        assert lake.stranger.get(f"{N}/{path}", colour="red").faults == {"colour"}
        assert lake.stranger.get(f"{N}/{path}", known_at="2999-01-01T00:00:00Z").faults == {
            "known_at"
        }
        assert lake.stranger.get(f"/negotiations/none/{path}").status == 404
    assert lake.stranger.get(f"{N}/changes", **{"from": "May"}).faults == {"from"}
    assert lake.stranger.get(f"{N}/changes", as_of="2024-01-01").faults == {"as_of"}
    assert lake.stranger.get(f"{N}/timeline", as_of="2024-02-31").faults == {"as_of"}
    assert lake.stranger.get(f"{N}/changes", cursor="x").faults == {"cursor"}
