"""Readers who fill memory: python -m bench.hostile.abuse HOST TOKEN, until it is ended.

Long headers, days that nobody asked for yet, readers who take 1 KB a second of large answers, posts
that are refused, and an editor's body of 500,000 unknown fields.
"""

import http.client
import json
import os
import random
import socket
import sys
import threading
import time
from collections.abc import Callable

from bench.hostile.ground import WIDE

SLOW = 20  # readers at once
PAUSE = 0.05  # seconds between two questions of each kind
FIELDS = 500_000
LARGE = (f"/api/v1/negotiations/{WIDE}/matrix", f"/n/{WIDE}", f"/n/{WIDE}/export.json")


def send(host: str, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> None:
    """Ask once; whatever comes back is well."""
    connection = http.client.HTTPConnection(host, timeout=120)
    try:
        connection.request(method, path, body, headers)
        connection.getresponse().read()
    except (OSError, http.client.HTTPException):
        pass
    finally:
        connection.close()


def long_headers(host: str, _token: str, rng: random.Random) -> None:
    accept = f"text/html, x/{rng.random()}" + "a" * rng.randrange(1_000, 30_000)
    send(host, "GET", "/search?q=party", None, {"Accept": accept})


def other_days(host: str, _token: str, rng: random.Random) -> None:
    day = f"20{rng.randrange(24, 26)}-{rng.randrange(1, 10):02}-{rng.randrange(1, 28):02}"
    send(host, "GET", f"/n/{WIDE}?as_of={day}&party=p{rng.randrange(2_013)}", None, {})


def refused(host: str, _token: str, rng: random.Random) -> None:
    form = {"Content-Type": "application/x-www-form-urlencoded", "Origin": f"http://{host}"}
    send(host, "POST", f"/n/{WIDE}/code-book/{rng.random()}", b"a=b" * 10_000, form)


def many_fields(host: str, token: str, rng: random.Random) -> None:
    start = rng.randrange(10**6)
    body = json.dumps({f"f{start + n}": n for n in range(FIELDS)}, separators=(",", ":")).encode()
    sent = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    send(host, "POST", "/api/v1/positions", body[: 8 * 1024 * 1024], sent)
    time.sleep(5)


def slow(host: str, _token: str, rng: random.Random) -> None:
    name, _, port = host.rpartition(":")
    path = rng.choice(LARGE)
    mark = "" if "export" in path else f"?as_of=2024-0{rng.randrange(1, 5)}-{rng.randrange(10, 28)}"
    with socket.socket() as reader:
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        try:
            reader.connect((name, int(port)))
            reader.sendall(f"GET {path}{mark} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode())
            reader.settimeout(120)
            while reader.recv(1_024):
                time.sleep(1)
        except OSError:
            pass


KINDS = ((long_headers, 2), (other_days, 2), (refused, 2), (many_fields, 1), (slow, SLOW))


def loop(work: Callable[[str, str, random.Random], None], host: str, token: str, n: int) -> None:
    """Do one kind of it without end."""
    rng = random.Random(n)
    while True:
        work(host, token, rng)
        time.sleep(PAUSE)


def main(host: str, token: str) -> None:
    """Go on until this process is ended."""
    os.nice(15)
    for work, count in KINDS:
        for number in range(count):
            threading.Thread(target=loop, args=(work, host, token, number), daemon=True).start()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2])
