"""Write the .env that docker-compose.yml reads, with random passwords; refuse to overwrite one."""

import argparse
import os
import re
import secrets
import sys
from pathlib import Path

TEXT = """\
# For docker-compose.yml. Keep it as you keep passwords; the database knows them, so do not write \
it anew.
SITE={site}
TLS={tls}
DB_OWNER_PASSWORD={owner}
DB_SERVING_PASSWORD={serving}
"""
CLUSTER = """\
# Three servers in place of one: docs/larger.md.
COMPOSE_PROFILES=cluster
DB_SERVERS=0
DB_HOST=balancer:5000
DATABASE_READ_URL=postgresql://parley:{serving}@db1,db2,db3/parley
APPS="app:8000 app2:8000"
DB_CLUSTER_PASSWORD={cluster}
"""


def main() -> int:
    """Run the command."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("site", help="host name at which browsers reach it")
    arguments.add_argument(
        "--tls", default="", help="'tls internal' for a certificate that no authority has signed"
    )
    arguments.add_argument(
        "--cluster", action="store_true", help="for three database servers and two processes"
    )
    arguments.add_argument("--path", type=Path, default=Path(".env"))
    given = arguments.parse_args()
    if not re.fullmatch(r"[a-z0-9]([a-z0-9.-]*[a-z0-9])?", given.site):
        print(f"env: {given.site!r} is no host name", file=sys.stderr)
        return 2
    try:
        file = os.open(given.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        print(
            f"env: {given.path} is there already, and the database knows its passwords: left alone",
            file=sys.stderr,
        )
        return 1
    with open(file, "w") as out:
        tls = f'"{given.tls}"' if given.tls else ""
        text = TEXT + CLUSTER if given.cluster else TEXT
        passwords = {name: secrets.token_hex(24) for name in ("owner", "serving", "cluster")}
        out.write(text.format(site=given.site, tls=tls, **passwords))
    print(f"Wrote {given.path} for {given.site}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
