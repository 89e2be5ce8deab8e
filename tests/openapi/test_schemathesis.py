"""Test the responses against the description with Schemathesis.

For a longer run: `schemathesis --config-file tests/openapi/schemathesis.toml run URL -c all`, where
URL is the server's address with /api/v1/openapi.json.
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.live import Live

PROGRAM = Path(sys.executable).with_name("schemathesis")
CONFIG = Path(__file__).with_name("schemathesis.toml")
# Numbers and no times, so that each machine does the same. What a stranger and a viewer may not do
# is refused whatever they send, so few examples of it will do.
READS = ("--phases", "coverage", "--include-method", "GET")
WRITES = ("--phases", "fuzzing", "-n", "3", "--exclude-method", "GET")
ALL = ("--phases", "coverage,stateful", "-n", "2")


@pytest.mark.parametrize(
    ("name", "options"),
    [("stranger", READS), ("stranger", WRITES), ("vic", READS), ("vic", WRITES), ("ada", ALL)],
    ids=["stranger reads", "stranger writes", "viewer reads", "viewer writes", "editor"],
)
def test_the_api_does_what_its_description_says(
    live: Live, tmp_path: Path, name: str, options: tuple[str, ...]
) -> None:
    live.ada.state()
    who = [] if name == "stranger" else ["-H", f"Authorization: Bearer {live.desks[name].token}"]
    done = subprocess.run(
        [
            *(PROGRAM, "--config-file", CONFIG, "run", f"{live.url}/api/v1/openapi.json"),
            *("-c", "all", *options, "--seed", "1"),
            *("--continue-on-failure", "--suppress-health-check", "all", "--no-color", *who),
        ],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-6000:]
    generated = [int(number) for number in re.findall(r"(\d+) generated", done.stdout)]
    assert generated and min(generated) > 0, done.stdout[-6000:]
