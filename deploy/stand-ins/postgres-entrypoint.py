"""Do what the official image's entrypoint does, as far as docker-compose.yml asks for it."""

import os
import shlex
import subprocess
import sys
import tempfile
from pathlib import Path


def main() -> None:
    data = Path(os.environ["PGDATA"])
    os.chown("/var/lib/postgresql", 999, 999)
    os.setgroups([])
    os.setgid(999)
    os.setuid(999)
    user, secret = os.environ["POSTGRES_USER"], os.environ.pop("POSTGRES_PASSWORD")
    if not (data / "PG_VERSION").exists():
        data.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w") as file:
            file.write(secret)
            file.flush()
            more = shlex.split(os.environ.get("POSTGRES_INITDB_ARGS", ""))
            command = [
                "initdb",
                "-D",
                data,
                f"--username={user}",
                f"--pwfile={file.name}",
                "--encoding=UTF8",
                *more,
            ]
            subprocess.run(command, check=True)
        with open(data / "pg_hba.conf", "a") as file:
            file.write("host all all all scram-sha-256\n")
        make = f'CREATE DATABASE "{os.environ["POSTGRES_DB"]}";\n'
        single = ["postgres", "--single", "-D", data, "postgres"]
        subprocess.run(single, input=make, text=True, check=True)
    os.environ.setdefault("PGHOST", "/tmp")  # noqa: S108  (in a container of its own)
    settings = ["-D", str(data), "-c", "listen_addresses=*", "-c", "unix_socket_directories=/tmp"]
    os.execvp("postgres", [sys.argv[1], *settings, *sys.argv[2:]])


if __name__ == "__main__":
    main()
