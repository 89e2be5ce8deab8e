"""Find or install programs that only the bench uses."""

import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path

TOOLS = Path(__file__).with_name("tools")
SECONDS = 600


def say(words: str) -> None:
    """Print progress to standard error, so that it is not part of the result."""
    print(words, file=sys.stderr, flush=True)


def run(
    command: Sequence[str | Path], given: bytes | None = None, cwd: Path | None = None
) -> bytes | None:
    """Return what a program prints; None, with a message on standard error, if it fails."""
    try:
        done = subprocess.run(
            command, input=given, cwd=cwd, capture_output=True, timeout=SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        say(f"  {Path(command[0]).name}: {error}")
        return None
    if done.returncode:
        last = done.stderr.decode(errors="replace").strip().splitlines()[-1:] or [
            f"exit code {done.returncode}"
        ]
        say(f"  {Path(command[0]).name}: {last[0]}")
        return None
    return done.stdout


def version(*command: str | Path) -> str:
    """Return a program's version, as the program states it."""
    done = subprocess.run(
        command, capture_output=True, text=True, errors="replace", timeout=SECONDS, check=False
    )
    words = (word.strip(",v") for word in (done.stdout + done.stderr).split())
    return next((word for word in words if word[:1].isdigit()), "?")


@cache
def office() -> str | None:
    """Return the path of LibreOffice, if it is installed."""
    return shutil.which("soffice") or shutil.which("libreoffice")


def convert(paths: Sequence[Path], to: str, folder: Path, infilter: str = "") -> bool:
    """Convert files with LibreOffice; return False if it is not installed."""
    program = office()
    if program is None or not paths:
        return False
    with tempfile.TemporaryDirectory() as profile:
        reading = [f"--infilter={infilter}"] if infilter else []
        command = [program, f"-env:UserInstallation=file://{profile}", "--headless", *reading]
        return run([*command, "--convert-to", to, "--outdir", folder, *paths]) is not None


def _cached(name: str, made_of: Path) -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return home / "parley-bench" / f"{name}-{hashlib.sha256(made_of.read_bytes()).hexdigest()[:12]}"


@cache
def python() -> Path | None:
    """Return a Python with the bench's own packages, made once; None if that is impossible."""
    wanted = TOOLS / "requirements.txt"
    folder = _cached("python", wanted)
    found = folder / "bin/python"
    if (folder / "complete").exists():
        return found
    say("Installing python-docx, reportlab and readers to compare with, once …")
    shutil.rmtree(folder, ignore_errors=True)
    quiet = ["-m", "pip", "install", "-qq", "--disable-pip-version-check", "--no-input"]
    for command in ([sys.executable, "-m", "venv", folder], [found, *quiet, "-r", wanted]):
        if run(command) is None:
            return None
    (folder / "complete").touch()
    return found


@cache
def readability() -> Path | None:
    """Return the folder in which Node finds Mozilla's Readability; None if it is not available."""
    wanted = TOOLS / "package.json"
    folder = _cached("node", wanted)
    if not (folder / "node_modules/@mozilla/readability").exists():
        npm = shutil.which("npm")
        if npm is None or shutil.which("node") is None:
            return None
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(wanted, folder)
        if run([npm, "install", "--silent", "--no-audit", "--no-fund"], cwd=folder) is None:
            return None
    return folder
