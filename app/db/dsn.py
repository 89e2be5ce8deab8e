"""Parse PostgreSQL URLs in every common spelling, for SQLAlchemy and for libpq."""

import re
from collections.abc import Mapping, Sequence
from urllib.parse import unquote

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from sqlalchemy import URL

SCHEME = re.compile(r"postgres(ql)?(\+psycopg)?://")
PARTS = {"user", "password", "dbname", "host", "port"}
CHOICES = {
    "sslmode": ("disable", "allow", "prefer", "require", "verify-ca", "verify-full"),
    "target_session_attrs": (
        "any",
        "read-write",
        "read-only",
        "primary",
        "standby",
        "prefer-standby",
    ),
}
# A server that disappears silently is noticed within 20 s, not after TCP's quarter of an hour.
PATIENCE = {
    "connect_timeout": "3",
    "keepalives_idle": "10",
    "keepalives_interval": "3",
    "keepalives_count": "3",
    "tcp_user_timeout": "20000",
}


def parse(url: str) -> dict[str, str]:
    """Parse a URL into libpq's parameters; ValueError says what is wrong, without the password."""
    if not SCHEME.match(url):
        raise ValueError("is not an address such as postgresql://name:password@host/database")
    # SQLAlchemy accepts a space in a password, libpq refuses it.
    base, _, query = SCHEME.sub("postgresql://", url).replace(" ", "%20").partition("?")
    # SQLAlchemy writes a space as "+", which libpq does not read.
    if url.startswith("postgresql+"):
        query = query.replace("+", "%20")
    given = [pair.partition("=") for pair in query.split("&") if pair]
    hosts = [unquote(value) for name, _, value in given if name == "host"]
    rest = "&".join(f"{name}={value}" for name, _, value in given if name != "host")
    try:
        found = {
            name: str(value)
            for name, value in conninfo_to_dict(f"{base}?{rest}" if rest else base).items()
        }
    except psycopg.ProgrammingError as error:
        reason = " ".join(str(error).split())
        shown = "it cannot be parsed" if base in reason or "@" in reason else reason
        raise ValueError(f"is not an address of PostgreSQL: {shown}") from None
    if hosts:
        found |= _hosts_and_ports(hosts)
    _check_parameters(found)
    if "," in found.get("host", ""):  # only one of them takes writes
        found.setdefault("target_session_attrs", "read-write")
    return found


def _hosts_and_ports(hosts: Sequence[str]) -> dict[str, str]:
    """Turn SQLAlchemy's ?host=a:5432&host=b:5433 into libpq's ?host=a,b&port=5432,5433."""
    parted = [re.fullmatch(r"([A-Za-z0-9.-]+):(\d+)", host) for host in hosts]
    found = {"host": ",".join(m[1] if m else host for m, host in zip(parted, hosts, strict=True))}
    if any(parted):
        found["port"] = ",".join(m[2] if m else "" for m in parted)
    return found


def _check_parameters(found: Mapping[str, str]) -> None:
    """Raise ValueError for a port, a host or a choice that libpq would refuse or misread."""
    if not re.fullmatch(r"\d*(,\d*)*", found.get("port", "")):
        raise ValueError("has a port that is not a number")
    if any(port and not 0 < int(port) < 1 << 16 for port in found.get("port", "").split(",")):
        raise ValueError("has a port that is out of range")
    # The host is not shown, since it is the end of a password.
    if any("@" in host and host[0] not in "@/" for host in found.get("host", "").split(",")):
        raise ValueError("has two @: write an @ in a name or a password as %40")
    for name, choices in CHOICES.items():
        if found.get(name, choices[0]) not in choices:
            raise ValueError(f"has a {name} that is none of {', '.join(choices)}")


def driver_url(url: str) -> URL:
    """Convert any spelling of a URL to one for SQLAlchemy and our driver."""
    found = parse(url)
    hosts, ports = found.get("host", "").split(","), found.get("port", "").split(",")
    query = {name: value for name, value in found.items() if name not in PARTS}
    made = URL.create(
        "postgresql+psycopg", found.get("user"), found.get("password"), database=found.get("dbname")
    )
    if len(hosts) == 1 and not hosts[0].startswith("/"):
        return made.set(
            host=hosts[0] or None, port=int(ports[0]) if ports[0] else None, query=query
        )
    if len(hosts) == 1:
        return made.set(query=query | {"host": hosts[0]} | ({"port": ports[0]} if ports[0] else {}))
    ports = ports * len(hosts) if len(ports) == 1 else ports
    return made.set(
        query=query | {"host": ",".join(hosts), "port": ",".join(p or "5432" for p in ports)}
    )


def conninfo(url: str, **more: str) -> str:
    """Convert a URL to libpq's form, with time-outs unless it sets its own."""
    return make_conninfo(**{**PATIENCE, **parse(url), **more})
