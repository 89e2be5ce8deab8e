"""Test that two processes behind a proxy can be replaced in turn, with every request answered."""

import contextlib
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.embedded_postgres.server import Server
from tests.support.processes import load, running
from tests.support.servers import free_port

CONFIG = """
defaults
  mode http
  timeout connect 2s
  timeout client 30s
  timeout server 30s
  timeout check 5s
  option redispatch
  retries 3
frontend in
  bind 127.0.0.1:{front}
  default_backend parley
backend parley
  option httpchk
  http-check send meth GET uri /readyz ver HTTP/1.1 hdr Host localhost
  default-server check inter 200ms fall 1 rise 1
  server one 127.0.0.1:{one}
  server two 127.0.0.1:{two}
"""


@contextlib.contextmanager
def haproxy(folder: Path, one: int, two: int) -> Iterator[int]:
    front = free_port()
    config = folder / "haproxy.cfg"
    config.write_text(CONFIG.format(front=front, one=one, two=two))
    process = subprocess.Popen(["haproxy", "-f", config], stderr=subprocess.DEVNULL)
    time.sleep(1)
    yield front
    process.terminate()
    process.wait(10)


@pytest.mark.skipif(not shutil.which("haproxy"), reason="needs HAProxy")
def test_a_rolling_change_answers_every_request(
    lake_database: tuple[Server, dict[str, tuple[str, str]]], tmp_path: Path
) -> None:
    ports = free_port(), free_port()
    ways = {
        "DATABASE_URL": lake_database[0].url,
        "PARLEY_PROXIES": "127.0.0.1",
        "PARLEY_DRAIN_SECONDS": "2",
    }
    with contextlib.ExitStack() as stack:
        servers = [stack.enter_context(running(tmp_path, port=port, **ways)) for port in ports]
        front = stack.enter_context(haproxy(tmp_path, *ports))
        with load(front, "/n/lake", b"Water quota") as clients:
            time.sleep(1)
            for server in servers:
                assert server.terminate() in (0, -15)
                stack.enter_context(running(tmp_path, port=server.port, **ways))
                time.sleep(2)
    print(dict(clients.outcomes))
    assert clients.outcomes.keys() == {"ok"}, clients.outcomes
    assert clients.outcomes["ok"] > 100
