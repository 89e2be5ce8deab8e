"""Make the program one migration ahead."""

import shutil
from pathlib import Path

import pytest

from app.db import schema

AHEAD = "20990101_0001"


def a_step_ahead(
    monkeypatch: pytest.MonkeyPatch, folder: Path, statement: str, *, breaks: bool = False
) -> None:
    """Add a migration to the program that runs one statement."""
    before = schema.newest()
    shutil.copytree(schema.FOLDER, folder / "migrations")
    (folder / f"migrations/versions/{AHEAD}_ahead.py").write_text(
        f"from alembic import op\nrevision = {AHEAD!r}\ndown_revision = {before!r}\nbreaks ="
        f" {breaks}\n"
        f"def upgrade(): op.execute({statement!r})\ndef downgrade(): pass\n"
    )
    monkeypatch.setattr(schema, "FOLDER", folder / "migrations")
