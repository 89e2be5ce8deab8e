"""Write a result into its bench's section of bench/RESULTS.md."""

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
# Libraries of Parley whose versions are recorded.
LIBRARIES = (
    "pypdfium2",
    "trafilatura",
    "lxml",
    "regex",
    "rapidfuzz",
)


def heading(said: str, seconds: float) -> str:
    """Return a line with command, date and versions; `said` has the arguments of the bench."""
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
        f'`make bench ARGS="fidelity {said}"`, {datetime.now(UTC):%Y-%m-%d}, {seconds / 60:.0f}'
        " minutes. "
        f"Python: {', '.join(libraries)}. Programs: {', '.join(found)}."
    )


def write(section: str, lines: Sequence[str], path: Path = RESULTS) -> None:
    """Replace a section, and leave the others unchanged."""
    text = path.read_text("utf-8") if path.exists() else TITLE
    made = f"\n## {section}\n\n" + "\n".join(lines).strip() + "\n"
    kept = re.sub(rf"\n## {re.escape(section)}\n.*?(?=\n## |\Z)", "", text, flags=re.DOTALL)
    path.write_text(kept.rstrip() + "\n" + made, "utf-8")
