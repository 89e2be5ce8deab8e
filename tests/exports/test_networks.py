"""Test graph, edges and scales, which tools for networks and bargaining read."""

import csv
import io
from pathlib import Path
from typing import Any

import igraph
import networkx
import pytest

from app.exports.networks import places
from app.negotiations.views import IssueView, OptionView
from tests.support.fixtures import Lake


def issue(*ranks: float | None, ordered: bool = True, retired: set[int] | None = None) -> IssueView:
    options = [
        OptionView(f"o{n}", f"O{n}", r, False, n in (retired or set())) for n, r in enumerate(ranks)
    ]
    return IssueView("i", "I", None, None, ordered, options)


def rows(lake: Lake, path: str, **query: Any) -> list[dict[str, str]]:
    answer = lake.stranger.page(f"/n/lake/{path}", **query)
    assert answer.status_code == 200, answer.text
    return list(csv.DictReader(io.StringIO(answer.text, newline="")))


def test_a_scale_runs_from_0_to_100_by_rank() -> None:
    found = places(issue(1, 1.5, 3), {"a": "o0", "b": "o1", "c": "o2"})
    assert {party: place for party, (_, _, place) in found.items()} == {
        "a": 0.0,
        "b": 25.0,
        "c": 100.0,
    }


def test_a_retired_option_widens_the_scale_only_while_somebody_holds_it() -> None:
    scale = issue(1, 2, 5, retired={2})
    assert places(scale, {"a": "o1"})["a"][2] == 100.0
    assert places(scale, {"a": "o1", "b": "o2"})["a"][2] == 25.0


def test_what_is_no_scale_has_no_numbers() -> None:
    assert places(issue(1, 2, ordered=False), {"a": "o0"}) == {}
    assert places(issue(1), {"a": "o0"}) == {}
    assert places(issue(1, None, 2), {"a": "o1"}) == {}


def test_the_agreement_of_every_pair(lake: Lake) -> None:
    lake.ada.state(attitudes={"q40": "prefers"}, salience=80)
    lake.ada.state("south", attitudes={"q30": "prefers"})
    found = [
        (r["party"], r["other"], r["agreement"], r["issues"])
        for r in rows(lake, "export/edges.csv")
    ]
    assert found == [
        ("north", "south", "0.5", "1"),
        ("north", "council", "", "0"),
        ("south", "council", "", "0"),
    ]
    graph = networkx.parse_graphml(lake.stranger.page("/n/lake/export.graphml").text)
    assert graph.nodes["council"] == {
        "name": "Basin Council",
        "role": "mediator",
        "consent_required": False,
    }
    assert list(graph.edges(data=True)) == [
        ("north", "south", {"weight": 0.5, "agreement": 0.5, "issues": 1})
    ]
    assert (graph.graph["negotiation"], graph.graph["title"]) == ("lake", "Lake treaty")
    scales = rows(lake, "export/bargaining.csv")
    assert [(r["party"], r["issue"], r["position"], r["salience"]) for r in scales] == [
        ("north", "quota", "100.0", "80"),
        ("south", "quota", "50.0", ""),
    ]
    assert rows(lake, "export/edges.csv", party="north") == []


def test_igraph_takes_every_weight(lake: Lake, tmp_path: Path) -> None:
    lake.ada.party("east", "lake", name="Northshore")
    lake.ada.party("west", "lake", name="Far <&> \u202eWest")
    for party, quota, dam in (
        ("north", "q40", "open"),
        ("south", "q20", "closed"),
        ("east", "q30", "open"),
    ):
        for issue, option in (("quota", quota), ("dam", dam)):
            lake.ada.state(party, issue, attitudes={option: "prefers"})
    file = tmp_path / "agreement.graphml"
    file.write_bytes(lake.stranger.page("/n/lake/export.graphml").content)
    graph = igraph.Graph.Read_GraphML(str(file))
    ids, listed = graph.vs["id"], rows(lake, "export/edges.csv")
    seen = {(ids[e.source], ids[e.target]): (e["weight"], e["issues"]) for e in graph.es}
    assert seen == {
        (r["party"], r["other"]): (float(r["agreement"]), int(r["issues"]))
        for r in listed
        if float(r["agreement"] or 0)
    }
    assert seen == {("north", "east"): (0.75, 2), ("south", "east"): (0.25, 2)}
    assert (graph["pairs_without_agreement"], graph["pairs_without_common_issue"]) == (1, 7)
    assert "agreement 0" in graph["edges"]
    assert len(set(graph.vs["name"])) == len(graph.vs) == 5
    graph.betweenness(weights="weight")
    for layout in ("fr", "kk", "drl"):
        graph.layout(layout, weights="weight")


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_the_graph_is_written_in_pieces_as_networkx_writes_it(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr("app.exports.networks.AT_ONCE", at_once)
    empty = lake.stranger.page("/n/lake/export.graphml").text
    for party, option in (("north", "q40"), ("south", "q30"), ("council", "q40")):
        lake.ada.state(party, attitudes={option: "prefers"})
    for text, edges in ((empty, 0), (lake.stranger.page("/n/lake/export.graphml").text, 3)):
        graph = networkx.parse_graphml(text)
        assert graph.number_of_edges() == edges
        assert text == "\n".join(networkx.generate_graphml(graph)) + "\n"
