"""Test issues and their options: merged by slug, ranked on a scale, retired and never deleted."""

from typing import Any

import pytest

from tests.support.factories import position
from tests.support.fixtures import Lake

QUOTA = "/negotiations/lake/issues/quota"


def options(lake: Lake, path: str = QUOTA) -> dict[str, dict[str, Any]]:
    return {o["slug"]: o for o in lake.stranger.get(path).data["options"]}


def test_options_merge_by_slug(lake: Lake) -> None:
    before = options(lake)
    sent = [{"slug": "q30", "label": "Three tenths"}, {"slug": "q25", "label": "25 %", "rank": 1.5}]
    assert lake.ada.patch(QUOTA, {"options": sent}).status == 200
    after = options(lake)
    assert list(after) == ["q20", "q25", "q30", "q40"]  # ordered by rank
    assert after["q30"] == before["q30"] | {"label": "Three tenths"}
    assert (after["q20"], after["q40"]) == (before["q20"], before["q40"])
    assert (after["q25"]["rank"], after["q20"]["rank"]) == (1.5, 1)


def test_a_retired_option_stays_where_it_is_held(lake: Lake) -> None:
    stated = lake.ada.state(attitudes={"q40": "prefers"})
    assert lake.ada.patch(QUOTA, {"options": [{"slug": "q40", "retired": True}]}).status == 200
    assert options(lake)["q40"]["retired"] is True
    assert lake.stranger.get("/positions/1").data["attitudes"] == {"q40": "prefers"}
    assert lake.ada.correct(stated["id"], summary="still")["attitudes"] == {"q40": "prefers"}
    refused = lake.ada.post("/positions", position("south"))
    assert (refused.status, refused.faults) == (422, {"/attitudes/q40"})
    assert lake.ada.patch(QUOTA, {"options": [{"slug": "q40", "retired": False}]}).status == 200
    assert lake.ada.post("/positions", position("south")).status == 201


def test_ranks_may_change_places_in_one_go(lake: Lake) -> None:
    sent = [{"slug": "q20", "rank": 3}, {"slug": "q40", "rank": 1}]
    assert lake.ada.patch(QUOTA, {"options": sent}).status == 200
    assert list(options(lake)) == ["q40", "q30", "q20"]


def test_the_status_quo_may_change_hands_in_one_go(lake: Lake) -> None:
    for slug, other in (("q20", "q40"), ("q40", "q20")):
        sent = [{"slug": slug, "status_quo": True}, {"slug": other, "status_quo": False}]
        assert lake.ada.patch(QUOTA, {"options": sent}).status == 200
        assert [s for s, o in options(lake).items() if o["status_quo"]] == [slug]


REFUSED: list[tuple[Any, set[str]]] = [
    ({"options": None}, {"/options"}),
    ({"options": {"q20": {"label": "x"}}}, {"/options"}),
    ({"options": [{"slug": "q20", "rank": 2}]}, {"/options"}),
    ({"options": [{"slug": "q20", "rank": None}]}, {"/options"}),
    ({"options": [{"slug": "new", "label": "New"}]}, {"/options"}),  # needs a rank here
    ({"options": [{"slug": "new", "rank": 9}]}, {"/options/0/label"}),
    ({"options": [{"slug": "q20", "label": None}]}, {"/options/0/label"}),
    ({"options": [{"slug": "q20", "retired": None}]}, {"/options/0/retired"}),
    ({"options": [{"slug": "q20", "colour": "red"}]}, {"/options/0/colour"}),
    ({"options": [{"slug": "q20", "merged_into": "q30"}]}, {"/options/0/merged_into"}),
    ({"options": [{"slug": "q20"}, {"slug": "q20"}]}, {"/options/1/slug"}),
    ({"options": [{"slug": s, "status_quo": True} for s in ("q20", "q30")]}, {"/options"}),
    ({"options": [{"label": "no slug"}]}, {"/options/0/slug"}),
    ({"options": [{"slug": ["q20"]}]}, {"/options/0/slug"}),
    ({"options": [{"slug": {}}]}, {"/options/0/slug"}),
    ({"options": [{"slug": None}]}, {"/options/0/slug"}),
    ({"options": ["q20"]}, {"/options/0"}),
    ({"options": [None]}, {"/options/0"}),
    ({"options": [{"slug": "q20", "rank": "1"}]}, {"/options/0/rank"}),
    ({"options": [{"slug": "q20", "rank": 1e300}]}, {"/options/0/rank"}),
    ({"slug": "other"}, {"/slug"}),
    ({"title": None}, {"/title"}),
    ({"ordered": None}, {"/ordered"}),
    ({"order": None}, {"/order"}),
    ({"question": 3}, {"/question"}),
]


def test_what_does_not_fit_together_is_refused_by_name(
    lake: Lake, subtests: pytest.Subtests
) -> None:
    before = lake.ada.get(QUOTA).data
    for change, where in REFUSED:
        with subtests.test(change=change):
            refused = lake.ada.patch(QUOTA, change)
            assert (refused.status, refused.faults) == (422, where)
    assert lake.ada.get(QUOTA).data == before


def test_a_scale_has_a_different_rank_for_each_option(lake: Lake) -> None:
    body = {"slug": "fish", "title": "Fish", "ordered": True}
    for ranks in ((1, 1), (1, None), (None, None)):
        sent = [{"slug": f"o{i}", "label": "x", "rank": r} for i, r in enumerate(ranks)]
        assert lake.ada.post("/negotiations/lake/issues", body | {"options": sent}).status == 422
        assert lake.ada.post(
            "/negotiations/lake/issues",
            {"slug": f"f{sent and len(str(ranks))}", "title": "x", "options": sent},
        ).status in (201, 409)
    refused = lake.ada.patch("/negotiations/lake/issues/dam", {"ordered": True})
    assert (refused.status, refused.faults) == (422, {"/options"})
