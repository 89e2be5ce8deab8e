"""Test database addresses as SQLAlchemy and libpq write them."""

import pytest
from psycopg.conninfo import conninfo_to_dict

from app.db.dsn import conninfo, driver_url, parse

SPELLINGS = {
    "postgresql://u:p%40%20@h/db": {"user": "u", "password": "p@ ", "host": "h", "dbname": "db"},
    "postgres://h:5433/db?sslmode=verify-full": {
        "host": "h", "port": "5433", "dbname": "db", "sslmode": "verify-full",
    },
    "postgresql://u@a,b:5433/db?target_session_attrs=read-write": {
        "user": "u", "host": "a,b", "port": ",5433", "dbname": "db",
        "target_session_attrs": "read-write",
    },
    "postgresql+psycopg://u@/db?host=a:5432&host=b:5433": {
        "user": "u", "host": "a,b", "port": "5432,5433", "dbname": "db",
        "target_session_attrs": "read-write",
    },
    "postgresql+psycopg://u@/db?host=%2Frun%2Fa+b&port=5432": {
        "user": "u", "host": "/run/a b", "port": "5432", "dbname": "db",
    },
    "postgresql+psycopg://u@/db?host=%2Frun%2Fa%40b&port=5432": {
        "user": "u", "host": "/run/a@b", "port": "5432", "dbname": "db",
    },
    "postgresql://u:p@[::1]:5433/db": {
        "user": "u", "password": "p", "host": "::1", "port": "5433", "dbname": "db",
    },
}  # fmt: skip


@pytest.mark.parametrize("url", SPELLINGS)
def test_every_spelling_means_the_same_to_sqlalchemy_and_to_libpq(url: str) -> None:
    assert parse(url) == SPELLINGS[url]
    again = parse(driver_url(url).render_as_string(hide_password=False))
    ports = SPELLINGS[url].get("port", "").split(",")
    assert again == SPELLINGS[url] | (
        {"port": ",".join(p or "5432" for p in ports)} if any(ports) else {}
    )
    assert conninfo_to_dict(conninfo(url)).items() >= SPELLINGS[url].items()


@pytest.mark.parametrize(
    "url",
    [
        "mysql://u:hidden@h/db",
        "postgresql://u:hidden@h:bad/db",
        "postgresql://u:hidden@h:0/db",
        "postgresql://u:hidden@h,i:65536/db",
        "postgresql://u:more@hidden@h/db",
        "postgresql://u:more/hidden@h/db",
        "postgresql://u:hidden@h/db?nonsense=1",
        "postgresql://u:hidden@h/db?sslmode=perhaps",
        "postgresql://u:hidden@h/db?target_session_attrs=master",
        " postgresql://u:hidden@h/db",
        "hidden",
    ],
)
def test_what_is_no_address_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ValueError) as refused:
        parse(url)
    assert "hidden" not in str(refused.value)
