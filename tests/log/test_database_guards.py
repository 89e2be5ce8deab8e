"""Test that the database itself enforces the rules, against our mistakes and the serving role."""

from collections.abc import Iterator

import psycopg
import pytest
from psycopg import errors

from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.worlds import connect


@pytest.fixture
def stated(lake: Lake) -> Lake:
    """State a published position (1) with a quote, and a draft (2) without one."""
    lake.ada.state(attitudes={"q20": "rejects", "q40": "prefers"})
    lake.ada.draft(quotes=[])
    return lake


@pytest.fixture
def serving(stated: Lake) -> Iterator[psycopg.Connection]:
    """Connect with the rights of the serving role; each statement is a transaction."""
    with connect(stated.database.url) as connection:
        yield connection


QUOTE = (
    "INSERT INTO quote (uid, source_id, exact, kind) VALUES (gen_random_uuid(), {}, '{}', 'direct')"
)
COMMIT, LAST = (
    "INSERT INTO log_commit (seq, at, previous, hash)",
    "FROM log_commit ORDER BY seq DESC LIMIT 1",
)
BROKEN = {
    "a quote without a source": (QUOTE.format(999, "words"), errors.ForeignKeyViolation),
    "a quote of no source at all": (QUOTE.format("NULL", "words"), errors.NotNullViolation),
    "a quote without words": (QUOTE.format(1, ""), errors.CheckViolation),
    "a draft published without a quote": (
        "UPDATE position SET status = 'published', stated_on = '2024', stated_from = '2024-01-01', "
        "stated_by = '2024-12-31' WHERE id = 2",
        errors.CheckViolation,
    ),
    "the last quote taken away": (
        "DELETE FROM position_quote WHERE position_id = 1",
        errors.CheckViolation,
    ),
    "the last quote moved elsewhere": (
        "INSERT INTO position_quote SELECT 2, quote_id, 9 FROM position_quote"
        " WHERE position_id = 1; "
        "DELETE FROM position_quote WHERE position_id = 1",
        errors.CheckViolation,
    ),
    "a quote that is not there": (
        "INSERT INTO position_quote (position_id, quote_id, ordinal) VALUES (1, 999, 1)",
        errors.ForeignKeyViolation,
    ),
    "an option of another issue": (
        "INSERT INTO position_attitude (position_id, option_id, issue_id, attitude, inferred) "
        "SELECT 1, id, 1, 'accepts', false FROM option WHERE slug = 'closed'",
        errors.ForeignKeyViolation,
    ),
    "an option of another issue, issue and all": (
        "INSERT INTO position_attitude (position_id, option_id, issue_id, attitude, inferred) "
        "SELECT 1, id, issue_id, 'accepts', false FROM option WHERE slug = 'closed'",
        errors.ForeignKeyViolation,
    ),
    "a second option preferred": (
        "INSERT INTO position_attitude SELECT 1, o.id, o.issue_id, 'prefers', NULL, false"
        " FROM option o "
        "JOIN position p ON p.id = 1 AND p.issue_id = o.issue_id WHERE o.id NOT IN "
        "(SELECT option_id FROM position_attitude WHERE position_id = 1)",
        errors.UniqueViolation,
    ),
    "an attitude of no kind": (
        "INSERT INTO position_attitude SELECT 1, o.id, o.issue_id, 'likes', NULL, false"
        " FROM option o "
        "JOIN position p ON p.id = 1 AND p.issue_id = o.issue_id WHERE o.id NOT IN "
        "(SELECT option_id FROM position_attitude WHERE position_id = 1)",
        errors.CheckViolation,
    ),
    "an attitude changed": (
        "UPDATE position_attitude SET attitude = 'rejects'",
        errors.InsufficientPrivilege,
    ),
    "a firmness of no kind": ("UPDATE position SET firmness = 'soft'", errors.CheckViolation),
    "a salience beyond its scale": ("UPDATE position SET salience = 101", errors.CheckViolation),
    "a span that ends before it begins": (
        "UPDATE position SET stated_by = '2020-01-01' WHERE id = 1",
        errors.CheckViolation,
    ),
    "half a date": ("UPDATE position SET stated_from = NULL WHERE id = 1", errors.CheckViolation),
    "a party that takes no part": (
        "UPDATE position SET party_id = 999 WHERE id = 1",
        errors.ForeignKeyViolation,
    ),
    "a source nobody can find": ("UPDATE source SET url = NULL", errors.CheckViolation),
    "a second status quo": ("UPDATE option SET status_quo = true", errors.UniqueViolation),
    "a slug that is none": (
        "UPDATE party SET slug = 'No Slug' WHERE id = 1",
        errors.CheckViolation,
    ),
    "a commit changed": ("UPDATE log_commit SET at = now()", errors.InsufficientPrivilege),
    "a commit deleted": ("DELETE FROM log_commit", errors.InsufficientPrivilege),
    "the commits emptied": ("TRUNCATE log_commit CASCADE", errors.InsufficientPrivilege),
    "a revision changed": ("UPDATE log_revision SET snapshot = '{}'", errors.InsufficientPrivilege),
    "a revision deleted": ("DELETE FROM log_revision", errors.InsufficientPrivilege),
    "the revisions emptied": ("TRUNCATE log_revision", errors.InsufficientPrivilege),
    "a quote changed": ("UPDATE quote SET exact = 'other words'", errors.InsufficientPrivilege),
    "a quote changed by the word of a redaction": (
        "SET parley.redacting = 'on'; UPDATE quote SET exact = 'other words'",
        errors.InsufficientPrivilege,
    ),
    "a quote deleted": ("DELETE FROM quote", errors.InsufficientPrivilege),
    "the quotes emptied": ("TRUNCATE quote CASCADE", errors.InsufficientPrivilege),
    "a source text changed": (
        "UPDATE source_text SET text = 'other'",
        errors.InsufficientPrivilege,
    ),
    "a source text deleted": ("DELETE FROM source_text", errors.InsufficientPrivilege),
    "the source texts emptied": ("TRUNCATE source_text CASCADE", errors.InsufficientPrivilege),
    "a check changed": (
        "UPDATE quote_check SET verification = 'verified'",
        errors.InsufficientPrivilege,
    ),
    "the audit changed": (
        "UPDATE account_event SET what = 'nothing'",
        errors.InsufficientPrivilege,
    ),
    "the epoch changed": (
        "UPDATE log_epoch SET epoch = gen_random_uuid()",
        errors.InsufficientPrivilege,
    ),
    "a guard dropped": ("DROP TRIGGER append_only ON quote", errors.InsufficientPrivilege),
    "a guard disabled": ("ALTER TABLE quote DISABLE TRIGGER ALL", errors.InsufficientPrivilege),
    "a guard stepped around": (
        "SET session_replication_role = replica",
        errors.InsufficientPrivilege,
    ),
    "a second newest revision": (
        "INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, public) "
        "SELECT 0, 0, seq_to, kind, object_id, public FROM log_holding WHERE kind = 'position'"
        " AND object_id = 1",
        errors.UniqueViolation,
    ),
    "a version twice": (
        "INSERT INTO log_revision (seq, n, kind, object_id, version, action, public, format,"
        " snapshot, payload_hash) "
        "SELECT seq, n + 1, kind, object_id, version, action, public, format, snapshot,"
        " payload_hash "
        "FROM log_revision WHERE kind = 'position' AND object_id = 1",
        errors.UniqueViolation,
    ),
    "an instant twice": (
        f"{COMMIT} SELECT seq + 1, at, hash, hash {LAST}",
        errors.IntegrityConstraintViolation,
    ),
    "an instant of before": (
        f"{COMMIT} SELECT seq + 1, at - interval '1 second', hash, hash {LAST}",
        errors.IntegrityConstraintViolation,
    ),
    "an instant to come": (
        f"{COMMIT} SELECT seq + 1, '2099-01-01', hash, sha256(hash) {LAST}",
        errors.IntegrityConstraintViolation,
    ),
    "a number of before": (
        f"{COMMIT} SELECT -1, clock_timestamp(), hash, hash {LAST}",
        errors.IntegrityConstraintViolation,
    ),
    "a commit that follows on another": (
        f"{COMMIT} SELECT seq + 1, clock_timestamp(), sha256(hash), hash {LAST}",
        errors.IntegrityConstraintViolation,
    ),
    "a version for an entry of before": (
        "INSERT INTO log_revision (seq, n, kind, object_id, version, action, public, format,"
        " snapshot, payload_hash) "
        "SELECT seq, n + 1, kind, object_id, version + 9, action, public, format, snapshot,"
        " payload_hash "
        "FROM log_revision WHERE kind = 'position' AND object_id = 1",
        errors.IntegrityConstraintViolation,
    ),
    "a holding deleted": (
        "DELETE FROM log_holding WHERE kind = 'position'",
        errors.InsufficientPrivilege,
    ),
    "a holding changed": ("UPDATE log_holding SET seq_to = 1", errors.InsufficientPrivilege),
    "the holdings emptied": ("TRUNCATE log_holding", errors.InsufficientPrivilege),
    "a holding of before": (
        "INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, public)"
        " VALUES (1, 9, 1, 'party', 1, true)",
        errors.IntegrityConstraintViolation,
    ),
    "a spell deleted": ("DELETE FROM log_spell", errors.InsufficientPrivilege),
    "a spell changed": ("UPDATE log_spell SET status = 'draft'", errors.InsufficientPrivilege),
    "an instant of a spell changed": (
        "UPDATE log_spell SET recorded_at = now()",
        errors.IntegrityConstraintViolation,
    ),
    "a use deleted": ("DELETE FROM log_quote_use", errors.InsufficientPrivilege),
    "a use of before": (
        "INSERT INTO log_quote_use (quote_id, position_id, seq) VALUES (1, 2, 1)",
        errors.IntegrityConstraintViolation,
    ),
    "a check of before": (
        "INSERT INTO quote_check (quote_id, seq, verification) VALUES (1, 1, 'verified')",
        errors.IntegrityConstraintViolation,
    ),
    "versions ended by nothing": (
        "SELECT close_versions('position', '{1}', 3)",
        errors.IntegrityConstraintViolation,
    ),
    "a party deleted": ("DELETE FROM party", errors.InsufficientPrivilege),
    "a position deleted": ("DELETE FROM position", errors.InsufficientPrivilege),
    "a release changed": ("UPDATE release SET title = 'x'", errors.InsufficientPrivilege),
}


def test_what_breaks_a_rule_is_refused(
    serving: psycopg.Connection, subtests: pytest.Subtests
) -> None:
    for what, (statement, error) in BROKEN.items():
        with subtests.test(what), pytest.raises(error):
            serving.execute(statement)


def test_not_even_the_owner_changes_what_was_recorded(
    stated: Lake, subtests: pytest.Subtests
) -> None:
    with connect(stated.database.owner_url) as owner:
        for table in (
            "log_commit",
            "log_revision",
            "quote",
            "source_text",
            "quote_check",
            "account_event",
        ):
            [column] = owner.execute(
                "SELECT column_name FROM information_schema.columns WHERE table_name = %s LIMIT 1",
                [table],
            ).fetchone() or [None]
            for statement in (
                f'UPDATE {table} SET "{column}" = "{column}"',
                f"DELETE FROM {table}",
                f"TRUNCATE {table} CASCADE",
            ):
                with subtests.test(statement), pytest.raises(errors.IntegrityConstraintViolation):
                    owner.execute(statement)


def test_a_quote_may_change_hands_within_one_transaction(stated: Lake) -> None:
    other = stated.ada.state(quotes=[quote("an insult to every farmer")])["quotes"][0]["id"]
    with connect(stated.database.url, autocommit=False) as serving:
        serving.execute("DELETE FROM position_quote WHERE position_id = 1")
        serving.execute(
            "INSERT INTO position_quote (position_id, quote_id, ordinal) VALUES (1, %s, 0)", [other]
        )
        serving.commit()


def test_an_entry_of_ones_own_takes_what_belongs_to_it_and_no_more(stated: Lake) -> None:
    with connect(stated.database.url, autocommit=False) as serving:
        serving.execute(f"{COMMIT} SELECT seq + 1, clock_timestamp(), hash, sha256(hash) {LAST}")
        with serving.transaction():  # a savepoint, which has a transaction number of its own
            serving.execute(
                "INSERT INTO log_revision "
                "(seq, n, kind, object_id, version, action, public, format, snapshot,"
                " payload_hash) "
                "SELECT (SELECT max(seq) FROM log_commit), 0, kind, object_id, version + 1, action,"
                " public, format, "
                "snapshot, payload_hash FROM log_revision WHERE kind = 'party' AND object_id = 1"
            )
        serving.execute(
            "SELECT close_versions('party', '{1,2}', (SELECT max(seq) FROM log_commit))"
        )
        held = serving.execute(
            "SELECT object_id, seq_to = 9223372036854775807 FROM log_holding WHERE kind = 'party'"
            " ORDER BY 1"
        ).fetchall()
        assert held == [(1, False), (2, True), (3, True)]
        before = (
            "INSERT INTO log_revision "
            "(seq, n, kind, object_id, version, action, public, format, snapshot, payload_hash) "
            "SELECT seq, 99, kind, object_id, version + 9, action, public, format, snapshot,"
            " payload_hash "
            "FROM log_revision WHERE kind = 'party' AND object_id = 2",
            "INSERT INTO log_quote_use (quote_id, position_id, seq) VALUES (1, 99, 1)",
        )
        for statement in before:
            with pytest.raises(errors.IntegrityConstraintViolation), serving.transaction():
                serving.execute(statement)
        with pytest.raises(errors.IntegrityConstraintViolation):
            serving.execute(
                "INSERT INTO log_holding (seq_from, n, seq_to, kind, object_id, public) "
                "SELECT max(seq), 0, max(seq), 'party', 2, true FROM log_commit"
            )
