"""The schema's version: bringing it up to date, and telling whether it is."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, make_url, text

from app.core.database import driver_url

FOLDER = Path(__file__).parents[2] / "migrations"
LOG_TABLES = ("log_commit", "log_revision")  # the serving role may add to them and nothing else


class SchemaError(Exception):
    """The schema and the program do not fit; the message says what to do."""


def config() -> Config:
    made = Config()
    made.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    made.set_main_option("path_separator", "os")
    return made


def newest() -> str:
    """The version that this program works on."""
    head = ScriptDirectory.from_config(config()).get_current_head()
    if head is None:
        raise SchemaError(f"There are no migrations in {FOLDER}.")
    return head


def version(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()


def knows(revision: str) -> bool:
    """Tell whether a version is one of those that this program has come through."""
    return revision in {s.revision for s in ScriptDirectory.from_config(config()).walk_revisions()}


def migrate(owner_url: str, serving_url: str) -> tuple[str | None, str]:
    """Bring the schema up to date and give the serving role its rights; the versions before and after."""
    engine = create_engine(driver_url(owner_url))
    try:
        with engine.connect() as connection:
            before = version(connection)
            connection.rollback()
            if before is not None and not knows(before):
                raise SchemaError(
                    f"The database's schema ({before}) is newer than this program ({newest()}); use the newer program."
                )
            made = config()
            made.attributes["connection"] = connection
            command.upgrade(made, "head")
            _grant(connection, make_url(serving_url).username)
            connection.commit()
        return before, newest()
    finally:
        engine.dispose()


def _grant(connection: Connection, role: str | None) -> None:
    me = connection.execute(text("SELECT current_user")).scalar_one()
    if role is None or role == me:
        return
    name = connection.dialect.identifier_preparer.quote_identifier(role)
    for statement in (
        f"GRANT USAGE ON SCHEMA public TO {name}",
        f"GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {name}",
        f"GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {name}",
        f"REVOKE UPDATE, DELETE, TRUNCATE ON {', '.join(LOG_TABLES)} FROM {name}",
        f"REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON alembic_version, log_epoch FROM {name}",
    ):
        connection.execute(text(statement))
