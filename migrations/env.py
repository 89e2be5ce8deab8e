"""Runs the migrations on the connection that `app.db.schema.migrate` hands over, in one transaction."""

from alembic import context
from sqlalchemy import text

from app.models.all import metadata

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=metadata, compare_type=True)
with context.begin_transaction():
    connection.execute(
        text("SET LOCAL lock_timeout = '4s'")
    )  # readers are never kept waiting for longer
    context.run_migrations()
