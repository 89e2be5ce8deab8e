"""Migrate the database schema, and tell whether it is up to date."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from psycopg import sql
from sqlalchemy import Connection, create_engine, text

from app.db.dsn import driver_url, parse

FOLDER = Path(__file__).parents[2] / "migrations"
# The serving role may read and insert everywhere. It may update and delete only what is listed
# here; all other changes to the log and to recorded data are made by functions of the owner.
CHANGED = (
    "negotiation", "party", "participation", "speaker", "issue", "option", "source",
    "source_reading", "position", "look", "review_submission", "review_comment", "coding_unit",
    "second_coding", "account", "api_token", "sign_in", "sign_in_link", "sign_in_tries",
    "oidc_identity", "oidc_trip", "idempotency_key", "proposal", "refused_proposals",
    "alert", "alert_delivery", "alert_attempt",
    # Only for an import that is not in the log yet, as a trigger ensures.
    "log_spell (first_published, recorded_at)",
)  # fmt: skip
DELETED = (
    "position_attitude", "position_link", "position_quote", "review_submission", "sign_in",
    "sign_in_tries", "oidc_identity", "oidc_trip", "idempotency_key", "proposed_text",
    "alert", "alert_delivery", "alert_attempt", "webhook_receiver",
)  # fmt: skip
NOT_ADDED = ("alembic_version", "log_epoch")
OLDEST_SERVER, NEWEST_SERVER = 16, 18


class SchemaError(Exception):
    """The schema does not fit the program; the message says what to do."""


def config() -> Config:
    """Return the configuration of Alembic."""
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


@functools.cache
def _scripts(folder: Path) -> ScriptDirectory:
    return ScriptDirectory.from_config(config())


def newest() -> str:
    """Return the schema version that this program needs."""
    head = _scripts(FOLDER).get_current_head()
    if head is None:
        raise SchemaError(f"There are no migrations in {FOLDER}.")
    return head


def version(connection: Connection) -> str | None:
    """Return the schema version of a database, None if it has none."""
    return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Tell whether this program's migrations include a version."""
    return revision in {s.revision for s in _scripts(FOLDER).walk_revisions()}


@contextmanager
def connected(url: str) -> Iterator[Connection]:
    """Give one connection, for reading."""
    engine = create_engine(driver_url(url))
    try:
        with engine.connect() as connection:
            yield connection
    finally:
        engine.dispose()


def require_server(connection: Connection) -> int:
    """Return the server's major version; raise SchemaError if it is too old for this program."""
    found = int(connection.execute(text("SHOW server_version_num")).scalar_one()) // 10_000
    if found < OLDEST_SERVER:
        raise SchemaError(
            f"The server is PostgreSQL {found}; {OLDEST_SERVER} to {NEWEST_SERVER} will do."
        )
    return found


def problem_of(connection: Connection) -> str | None:
    """Say why this program cannot serve from a schema; None if it can.

    A newer schema is fine if its migrations say that this program works on it.
    """
    found = version(connection)
    if found == newest():
        return None
    if found is not None and not knows(found):
        noted = connection.execute(
            text("SELECT obj_description('alembic_version'::regclass)")
        ).scalar_one_or_none()
        if noted and noted.split()[0] == found and newest() in noted.split():
            return None
        return (
            f"The database's schema ({found}) is newer than this program ({newest()}): "
            "use the newer program."
        )
    return (
        f"The database's schema is {found or 'not there'}, this program needs {newest()}: "
        "run `parley migrate`."
    )


def _served() -> list[str]:
    """List the newest version and the older ones whose programs work on its schema.

    These go back to the last migration with `breaks = True`.
    """
    scripts = _scripts(FOLDER)
    found = [newest()]
    while (script := scripts.get_revision(found[-1])) and not getattr(
        script.module, "breaks", False
    ):
        if not isinstance(script.down_revision, str):
            break
        found.append(script.down_revision)
    return found


def migrate(owner_url: str, serving_url: str) -> tuple[str | None, str]:
    """Migrate the schema and grant the serving role its rights; return old and new version."""
    with connected(owner_url) as connection:
        require_server(connection)
        before = version(connection)
        connection.rollback()
        if before is not None and not knows(before):
            raise SchemaError(
                f"The database's schema ({before}) is newer than this program ({newest()}); "
                "use the newer program."
            )
        made = config()
        made.attributes["connection"] = connection
        command.upgrade(made, "head")
        connection.execute(text(f"COMMENT ON TABLE alembic_version IS '{' '.join(_served())}'"))
        _grant(connection, parse(serving_url))
        connection.commit()
    return before, newest()


def _grant(connection: Connection, serving: dict[str, str]) -> None:
    """Grant the serving role the rights that it needs and no more; create it if it is missing."""
    role = serving.get("user")
    me = connection.execute(text("SELECT current_user")).scalar_one()
    if role is None or role == me:
        return
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    if not connection.execute(
        text("SELECT 1 FROM pg_roles WHERE rolname = :role"), {"role": role}
    ).scalar():
        secret = serving.get("password")
        driver = connection.connection.driver_connection
        # Sent as a verifier, so that the password does not appear in the server's log.
        hashed = (
            driver.pgconn.encrypt_password(secret.encode(), role.encode()).decode()
            if secret and driver
            else None
        )
        given = f" PASSWORD {sql.quote(hashed)}" if hashed else ""
        connection.execute(text(f"CREATE ROLE {name} LOGIN{given}".replace(":", r"\:")))
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {name}",  # an older program granted more
        f"GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO {name}",
        f"REVOKE INSERT ON {', '.join(NOT_ADDED)} FROM {name}",
        *(_grant_update(table, name) for table in CHANGED),
        f"GRANT DELETE ON {', '.join(DELETED)} TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"GRANT EXECUTE ON ALL FUNCTIONS IN SCHEMA public TO {name}",
    ):
        connection.execute(text(statement))


def _grant_update(table: str, role: str) -> str:
    named, _, columns = table.partition(" ")
    return f"GRANT UPDATE {columns} ON {named} TO {role}"
