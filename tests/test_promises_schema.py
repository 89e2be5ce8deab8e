"""Test that models match migrations, imports follow the layers, and protected fields stay.

No request can set a field that is not the client's to set.
"""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import create_engine

from app.embedded_postgres.server import Server
from app.models.all import metadata
from tests.support.examples import examples
from tests.support.factories import position, quote, source
from tests.support.fixtures import Lake

ROOT = Path(__file__).parents[1]


def test_models_match_migrations(database: Server) -> None:
    engine = create_engine(database.owner_url)
    with engine.connect() as connection:
        found = compare_metadata(
            MigrationContext.configure(connection, opts={"compare_type": True}), metadata
        )
    engine.dispose()
    assert found == []


def test_imports_run_downhill() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-logo", "--no-cache"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout[-3000:]


# --- 14: no mass assignment -----------------------------------------------------------------------

OURS = (
    "id", "uid", "version", "created_by", "first_published_at", "recorded_at", "recorded_by",
    "action", "role", "public", "seq", "revision", "url_key", "negotiation_id", "party_id",
    "issue_id", "from_by_hand", "verification", "by", "known_at", "text_sha256", "url",
    "attributed_by", "account_id", "is_admin", "uid ", "__class__", "ordinal", "merged_into",
)  # fmt: skip
BODIES: dict[str, dict[str, Any]] = {
    "/positions": position(),
    "/sources": source(),
    "/parties": {"slug": "p", "name": "P"},
    "/speakers": {"name": "S"},
    "/negotiations": {"slug": "n", "title": "N"},
    "/negotiations/lake/parties": {"party": "north"},
    "/negotiations/lake/issues": {"slug": "i", "title": "I"},
    "/negotiations/lake/looks": {"party": "north", "issue": "dam", "looked_on": "2024-06-01"},
    "/quotes/check": {"text": "some words", "exact": "words"},
}
SENDABLE = {("/sources", "url"), ("/negotiations/lake/parties", "role")}
VALUES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.text(max_size=5), st.just([]), st.just({})
)


@settings(
    max_examples=examples(80),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(path=st.sampled_from(sorted(BODIES)), name=st.sampled_from(OURS), value=VALUES)
def test_nobody_sets_what_is_not_theirs_by_posting(
    lake: Lake, path: str, name: str, value: Any
) -> None:
    if (path, name) in SENDABLE:
        return
    refused = lake.ada.post(path, {**BODIES[path], name: value})
    assert (refused.status, refused.faults) == (422, {f"/{name}"})


def test_nor_within_a_quote_a_speaker_or_an_option(lake: Lake, subtests: pytest.Subtests) -> None:
    option = {"slug": "o", "label": "O"}
    for name in ("uid", "version", "verification", "party_id", "start", "colour"):
        for path, body, where in (
            ("/positions", position(quotes=[quote(**{name: 1})]), f"/quotes/0/{name}"),
            ("/positions", position(quotes=[quote(speaker={"name": "X", name: 1})]),
             f"/quotes/0/speaker/{name}"),
            ("/positions", position(links=[{"issue": "dam", "kind": "package", name: 1}]),
             f"/links/0/{name}"),
            ("/negotiations/lake/issues",
             {"slug": "i", "title": "I", "options": [{**option, name: 1}]},
             f"/options/0/{name}"),
        ):  # fmt: skip
            with subtests.test(f"{path} {where}"):
                refused = lake.ada.post(path, body)
                assert (refused.status, where in refused.faults) == (422, True)


@settings(
    max_examples=examples(60),
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(
    path=st.sampled_from(
        (
            "/positions/1",
            "/sources/1",
            "/parties/north",
            "/speakers/1",
            "/negotiations/lake",
            "/negotiations/lake/issues/quota",
        )
    ),
    name=st.sampled_from(OURS),
    value=VALUES,
)
def test_nobody_sets_what_is_not_theirs_by_patching(
    lake: Lake, path: str, name: str, value: Any
) -> None:
    if lake.ada.get("/positions/1").status == 404:
        lake.ada.state()
    if path == "/sources/1" and name == "url":
        return
    was = lake.ada.get(path).data
    if was.get(name, ...) == value:
        return
    refused = lake.ada.patch(path, {name: value, "reason": "mine now"})
    assert (refused.status, refused.faults) == (422, {f"/{name}"})
    assert lake.ada.get(path).data == was
