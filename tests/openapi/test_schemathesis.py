"""Test the responses against the description with Schemathesis, for a limited time.

For a longer run: `schemathesis --config-file tests/openapi/schemathesis.toml run URL -c all`, where
URL is the server's address with /api/v1/openapi.json.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.live import Live, live

__all__ = ["live"]

PROGRAM = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
MOST_SECONDS = 45  # for following links, which does not end by itself


@pytest.mark.parametrize(
    ("name", "phases"),
    [("stranger", "coverage"), ("vic", "coverage"), ("ada", "coverage,stateful")],
)
def test_the_api_does_what_its_description_says(
    live: Live, tmp_path: Path, name: str, phases: str
) -> None:
    live.ada.state()
    who = [] if name == "stranger" else ["-H", f"Authorization: Bearer {live.desks[name].token}"]
    done = subprocess.run(
        [
            *(PROGRAM, "--config-file", CONFIG, "run", f"{live.url}/api/v1/openapi.json"),
            *(
                "-c",
                "all",
                "--phases",
                phases,
                "-n",
                "2",
                "--seed",
                "1",
                "--max-time",
                str(MOST_SECONDS),
            ),
            *("--continue-on-failure", "--suppress-health-check", "all", "--no-color", *who),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=20 * MOST_SECONDS,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    generated = [int(number) for number in re.findall(r"(\d+) generated", done.stdout)]
    assert generated and min(generated) > 0, done.stdout[-6000:]
