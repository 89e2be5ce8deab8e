"""Every setting: typed, defaulted, described, read once from the environment."""

from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict


class Settings(BaseSettings):
    model_config = SettingsConfigDict(frozen=True, env_prefix="PARLEY_", extra="ignore")

    home: Path = Field(Path(".parley"), description="Folder of the embedded database and its backups.")
    database_url: str | None = Field(
        None, validation_alias="DATABASE_URL", description="A PostgreSQL server, 16 or later; empty: the embedded one."
    )
    database_owner_url: str | None = Field(
        None,
        validation_alias="DATABASE_OWNER_URL",
        description="The same database by the role that owns the schema, for `parley migrate`; default: DATABASE_URL.",
    )
    cache: bool = Field(True, description="`off` answers every request anew, for measuring.")
    hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        ("localhost", "127.0.0.1", "[::1]"), description="Host names that are answered, separated by commas."
    )
    secure: bool = Field(False, description="`on` where browsers reach it over TLS: cookies are Secure and __Host-.")
    session_days: int = Field(14, ge=1, le=365, description="Days after which a sign-in ends, however used.")
    session_idle_hours: int = Field(72, ge=1, le=8760, description="Hours without use after which a sign-in ends.")
    unsafe_database: bool = Field(
        False, description="`on` serves also where the database may lose what it has acknowledged; for tests only."
    )
    pool_size: int = Field(10, ge=1, le=200, description="Database connections of one process.")
    pool_wait_seconds: float = Field(2.0, gt=0, le=60, description="How long a request waits for one, then 503.")

    @field_validator("hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(v.strip() for v in value.split(",") if v.strip()) if isinstance(value, str) else value

    @field_validator("database_url", "database_owner_url", mode="before")
    @classmethod
    def _blank(cls, value: object) -> object:
        return value or None
