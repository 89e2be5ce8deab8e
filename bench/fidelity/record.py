"""Write a result into bench/RESULTS.md, in the section of its bench."""

import re
import shutil
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

from bench.fidelity import programs
from tools.browser import find as find_chromium

RESULTS = Path(__file__).parents[1] / "RESULTS.md"
TITLE = "# Results of the benches\n\nEach section is written by the bench itself, with `--record`.\n"
LIBRARIES = ("pypdf", "mammoth", "trafilatura", "rapidfuzz", "lxml")


def heading(seconds: float) -> str:
    """Say by which command, when and with which versions."""
    commands = {
        "Chromium": (find_chromium(), "--version"),
        "LibreOffice": (programs.office(), "--version"),
        "pandoc": (shutil.which("pandoc"), "--version"),
        "node": (shutil.which("node"), "--version"),
    }
    found = [f"{name} {programs.version(*command)}" for name, command in commands.items() if command[0]]
    wanted = (programs.TOOLS / "requirements.txt").read_text("utf-8").split()
    libraries = [f"{name} {version(name)}" for name in LIBRARIES] + [line.replace("==", " ") for line in wanted]
    return (
        f'`make bench ARGS="fidelity --record"`, {datetime.now(UTC):%Y-%m-%d}, {seconds / 60:.0f} minutes. '
        f"Python: {', '.join(libraries)}. Programs: {', '.join(found)}."
    )


def write(section: str, lines: Sequence[str], path: Path = RESULTS) -> None:
    """Write a section anew, and leave the others as they are."""
    text = path.read_text("utf-8") if path.exists() else TITLE
    made = f"\n## {section}\n\n" + "\n".join(lines).strip() + "\n"
    kept = re.sub(rf"\n## {re.escape(section)}\n.*?(?=\n## |\Z)", "", text, flags=re.DOTALL)
    path.write_text(kept.rstrip() + "\n" + made, "utf-8")
