"""Read all settings from the environment: typed, with defaults and descriptions."""

import dataclasses
import difflib
import ipaddress
import os
import re
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from app.db.dsn import parse

# "*" allows all hosts.
HOST_NAME = re.compile(r"[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?|\[[0-9A-Fa-f:.]+\]|\*")
UNITS = {"m": "minutes", "h": "hours", "d": "days"}
Names = Annotated[tuple[str, ...], NoDecode]


class UnknownSetting(Exception):
    """An environment variable that looks like a setting but is none."""


@dataclasses.dataclass(frozen=True)
class Schedule:
    """How often the embedded database is backed up, and how many backups are kept."""

    every: timedelta
    keep: int


class Settings(BaseSettings):
    """Settings of the program; each is read from `PARLEY_` and its name unless it has an alias."""

    model_config = SettingsConfigDict(frozen=True, env_prefix="PARLEY_", extra="ignore")

    home: Path = Field(
        Path(".parley"), description="Folder for the embedded database and its backups."
    )
    database_url: str | None = Field(
        None,
        validation_alias="DATABASE_URL",
        description="A PostgreSQL server, 16 or later; empty: the embedded one.",
    )
    database_owner_url: str | None = Field(
        None,
        validation_alias="DATABASE_OWNER_URL",
        description="The same database as the role that owns the schema, for `parley migrate`; "
        "default: DATABASE_URL.",
    )
    database_read_url: str | None = Field(
        None,
        validation_alias="DATABASE_READ_URL",
        description="Standbys of DATABASE_URL, for reading by strangers: one URL with all their "
        "hosts; empty: none.",
    )
    replica_seconds: float = Field(
        60.0,
        ge=0,
        le=86_400,
        description="How long strangers get answers from the standbys while the primary does not "
        "answer.",
    )
    cache: bool = Field(True, description="`off` computes every answer again, for measuring.")
    hosts: Names = Field(
        ("localhost", "127.0.0.1", "[::1]"),
        description="Host names that Parley answers to, separated by commas.",
    )
    secure: bool = Field(
        False, description="`on` if browsers use HTTPS: cookies are then Secure and __Host-."
    )
    session_days: int = Field(
        14, ge=1, le=365, description="Days after which a sign-in ends, even if it is used."
    )
    session_idle_hours: int = Field(
        72, ge=1, le=8760, description="Hours without use after which a sign-in ends."
    )
    oidc_issuer: str | None = Field(
        None,
        description="Issuer of an OpenID provider for signing in; empty: none.",
    )
    oidc_client_id: str = Field("", description="The client ID of this server at that provider.")
    oidc_client_secret: SecretStr = Field(
        SecretStr(""), description="The client secret from that provider; empty: none."
    )
    oidc_name: str = Field(
        "single sign-on", min_length=1, description="The provider's name on the sign-in button."
    )
    unsafe_database: bool = Field(
        False,
        description="`on` serves even if the database can lose saved changes; for tests only.",
    )
    pool_size: int = Field(10, ge=1, le=200, description="Database connections per process.")
    pool_wait_seconds: float = Field(
        2.0,
        gt=0,
        le=60,
        description="How long a request waits for a connection before it gets 503.",
    )

    backups: Annotated[Schedule | None, NoDecode] = Field(
        Schedule(timedelta(hours=24), 7),
        description="How often the embedded database is backed up and how many backups are kept; "
        "`off`: never.",
    )
    proxies: Names = Field(
        (), description="Addresses or networks of proxies whose X-Forwarded headers are trusted."
    )
    metrics: Names = Field(
        ("127.0.0.0/8", "::1"),
        description="Addresses or networks that may read /metrics, separated by commas.",
    )
    drain_seconds: float = Field(
        1.0,
        ge=0,
        le=60,
        description="How long requests are still accepted after SIGTERM, while /readyz answers "
        "503.",
    )

    alerts: bool = Field(
        True,
        description="`off` sends no alerts from this server, such as from a copy for tests.",
    )
    smtp_url: SecretStr = Field(
        SecretStr(""),
        description="The mail server for alerts, such as `smtp://user:password@mail.example.org:587`"
        " (always with STARTTLS, except on this machine) or `smtps://…:465`; empty: no e-mail.",
    )
    mail_from: str = Field(
        "", description="Sender of e-mails, such as `Parley <parley@example.org>`."
    )
    digest_hour: int = Field(
        6, ge=0, le=23, description="Hour in UTC at which the daily e-mails are sent."
    )

    @field_validator("hosts", "proxies", "metrics", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return (
            tuple(v.strip() for v in value.split(",") if v.strip())
            if isinstance(value, str)
            else value
        )

    @field_validator("proxies", "metrics")
    @classmethod
    def _networks(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        for network in value:
            ipaddress.ip_network(network)
        return value

    @field_validator("hosts")
    @classmethod
    def _some(cls, value: tuple[str, ...]) -> tuple[str, ...]:
        if not value:
            raise ValueError("must name at least one host")
        for host in value:
            if not HOST_NAME.fullmatch(host):
                raise ValueError(f"{host} is not a host name (without scheme and port)")
        return value

    @field_validator("home", mode="before")
    @classmethod
    def _home(cls, value: object) -> object:
        return value or ".parley"  # not the current folder

    @field_validator("home")
    @classmethod
    def _folder(cls, value: Path) -> Path:
        if value.exists() and not value.is_dir():
            raise ValueError(f"{value} is not a folder")
        return value

    @field_validator("backups", mode="before")
    @classmethod
    def _schedule(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        if value in ("", "off"):
            return None
        found = re.fullmatch(r"([1-9]\d{0,3})([mhd]):([1-9]\d{0,3})", value)
        if found is None:
            raise ValueError("must be `off`, or like 24h:7 (a backup every 24 hours, 7 are kept)")
        return Schedule(timedelta(**{UNITS[found[2]]: int(found[1])}), int(found[3]))

    @field_validator("oidc_issuer")
    @classmethod
    def _issuer(cls, value: str | None) -> str | None:
        if value is not None and not speaks_safely(value):
            raise ValueError("must be an https:// address (http:// only on this machine)")
        if value is not None and ("?" in value or "#" in value):
            raise ValueError("must not have a query or a fragment")
        return value

    @field_validator(
        "oidc_issuer", "database_url", "database_owner_url", "database_read_url", mode="before"
    )
    @classmethod
    def _blank(cls, value: object) -> object:
        return value or None

    @field_validator("database_url", "database_owner_url", "database_read_url")
    @classmethod
    def _address(cls, value: str | None) -> str | None:
        if value is not None:
            parse(value)
        return value

    @model_validator(mode="after")
    def _owner_of_what(self) -> Self:
        if self.database_owner_url is not None and self.database_url is None:
            raise ValueError("DATABASE_OWNER_URL is set, but DATABASE_URL is not")
        if self.database_read_url is not None and self.database_url is None:
            raise ValueError("DATABASE_READ_URL is set, but DATABASE_URL is not")
        return self

    @field_validator("smtp_url")
    @classmethod
    def _mail_server(cls, value: SecretStr) -> SecretStr:
        address = value.get_secret_value()
        if not address:
            return value
        try:
            parts = urlsplit(address)
            whole = parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0
        except ValueError:
            whole = False
        if not whole or parts.path.strip("/") or parts.query or parts.fragment:
            raise ValueError("must be like smtp://user:password@mail.example.org:587")
        return value

    @field_validator("mail_from")
    @classmethod
    def _sender(cls, value: str) -> str:
        if value and not re.fullmatch(r"([^<>@\r\n]* )?<?[^<>@\s]+@[^<>@\s]+>?", value):
            raise ValueError("must be an e-mail address, such as Parley <parley@example.org>")
        return value

    @model_validator(mode="after")
    def _mail_and_sender(self) -> Self:
        if bool(self.smtp_url.get_secret_value()) != bool(self.mail_from):
            raise ValueError("PARLEY_SMTP_URL and PARLEY_MAIL_FROM must be set together")
        return self

    @model_validator(mode="after")
    def _issuer_and_client(self) -> Self:
        if bool(self.oidc_issuer) != bool(self.oidc_client_id):
            raise ValueError("PARLEY_OIDC_ISSUER and PARLEY_OIDC_CLIENT_ID must be set together")
        return self


def speaks_safely(address: str) -> bool:
    """Tell whether nobody can read or change traffic to a URL: it uses TLS, or is this machine."""
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        return False
    plain = (
        address.isascii()
        and address.isprintable()
        and " " not in address
        and "@" not in parts.netloc
    )
    here = parts.scheme == "http" and host in ("localhost", "127.0.0.1", "::1")
    return plain and bool(host) and (parts.scheme == "https" or here)


def read_settings() -> Settings:
    """Read the settings; raise if one is invalid, or looks like a setting but is none."""
    known = {
        f"PARLEY_{name.upper()}"
        for name in Settings.model_fields
        if not name.startswith("database")
    }
    for name in sorted(os.environ):
        if name.startswith("PARLEY_") and name not in known and not name.startswith("PARLEY_TEST_"):
            close = difflib.get_close_matches(name, known, 1)
            raise UnknownSetting(
                f"{name}: there is no such setting{f'; did you mean {close[0]}?' if close else ''}"
            )
    return Settings()
