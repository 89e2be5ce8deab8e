"""Strangers who ask for the dearest public addresses in a loop: python -m bench.hostile.strangers.

The arguments are the server's host and port, how many there are, and the instant after which the
database is full. They run until they are ended, at the lowest priority: in life they have machines
of their own.
"""

import http.client
import os
import random
import sys
import threading
from datetime import UTC, date, datetime, timedelta

from bench.hostile.ground import WIDE

API = f"/api/v1/negotiations/{WIDE}"
PAGES = ("", "/agreement", "/changes", "/common-ground", "/coverage", "/timeline", "/about")
DATA = ("/matrix", "/agreement", "/common-ground", "/coverage", "/timeline", "/changes")
FILES = ("csv", "json", "xlsx", "graphml", "zip")
AS_OF = ("changes", "zip")  # have no `as_of`
DAYS = 110


def address(rng: random.Random, since: datetime) -> str:
    """Return one of the dearest addresses, with times that nobody has asked for yet."""
    path = rng.choice(
        [f"/n/{WIDE}{page}" for page in PAGES]
        + [API + data for data in DATA]
        + [f"/n/{WIDE}/export.{kind}" for kind in FILES]
    )
    day = date(2024, 1, 1) + timedelta(rng.randrange(DAYS))
    known = since + (datetime.now(UTC) - since) * rng.random() * 0.9
    query = f"?known_at={known.strftime('%Y-%m-%dT%H:%M:%S.%fZ')}"
    return path + query + ("" if path.endswith(AS_OF) else f"&as_of={day}")


def loop(host: str, number: int, since: datetime) -> None:
    """Ask without end."""
    rng = random.Random(number)
    while True:
        connection = http.client.HTTPConnection(host, timeout=120)
        try:
            connection.request("GET", address(rng, since))
            answer = connection.getresponse()
            while answer.read(1 << 16):
                pass
        except (OSError, http.client.HTTPException):
            pass
        finally:
            connection.close()


def main(host: str, count: int, since: str) -> None:
    """Let them ask until this process is ended."""
    os.nice(15)
    begun = datetime.fromisoformat(since)
    threads = [
        threading.Thread(target=loop, args=(host, number, begun), daemon=True)
        for number in range(count)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
