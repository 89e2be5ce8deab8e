"""Write a result into bench/RESULTS.md, in the section of its bench."""

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import distributions
from pathlib import Path

from bench.fidelity import programs
from tools.browser import find as find_chromium

RESULTS = Path(__file__).parents[1] / "RESULTS.md"
TITLE = (
    "# Results of the benches\n\nEach section is written by the bench itself, with `--record`.\n"
)
LIBRARIES = (
    "pypdfium2",
    "trafilatura",
    "lxml",
    "regex",
    "rapidfuzz",
)  # those of them that Parley has


def heading(said: str, seconds: float) -> str:
    """Say by which command, when and with which versions; `said` is what was said to the bench."""
    commands = {
        "Chromium": (find_chromium(), "--version"),
        "LibreOffice": (programs.office(), "--version"),
        "pandoc": (shutil.which("pandoc"), "--version"),
        "pdftotext": (shutil.which("pdftotext"), "-v"),
        "node": (shutil.which("node"), "--version"),
    }
    found = [
        f"{name} {programs.version(*command)}" for name, command in commands.items() if command[0]
    ]
    wanted = (programs.TOOLS / "requirements.txt").read_text("utf-8").split()
    here = {found.name.lower(): found.version for found in distributions()}
    libraries = [f"{name} {here[name]}" for name in LIBRARIES if name in here]
    libraries += [line.replace("==", " ") for line in wanted]
    return (
        f'`make bench ARGS="fidelity {said}"`, {datetime.now(UTC):%Y-%m-%d}, {seconds / 60:.0f} minutes. '
        f"Python: {', '.join(libraries)}. Programs: {', '.join(found)}."
    )


def write(section: str, lines: Sequence[str], path: Path = RESULTS) -> None:
    """Write a section anew, and leave the others as they are."""
    text = path.read_text("utf-8") if path.exists() else TITLE
    made = f"\n## {section}\n\n" + "\n".join(lines).strip() + "\n"
    kept = re.sub(rf"\n## {re.escape(section)}\n.*?(?=\n## |\Z)", "", text, flags=re.DOTALL)
    path.write_text(kept.rstrip() + "\n" + made, "utf-8")
