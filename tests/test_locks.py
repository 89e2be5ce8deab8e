"""Test that lock files pin every package by version and hash, and name no registry."""

import json
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]


@pytest.mark.parametrize(
    "name", ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"]
)
def test_every_python_package_has_hashes_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text and not re.search(r"^\s*--(?!hash=)", text, re.MULTILINE)
    packages = re.findall(
        r"^\S+==\S+.*\\\n(?:    --hash=sha256:[0-9a-f]{64}(?: \\)?\n?)+", text, re.MULTILINE
    )
    assert len(packages) == len(re.findall(r"^\w", text, re.MULTILINE))


def test_every_browser_package_has_a_hash_and_no_address() -> None:
    text = (ROOT / "package-lock.json").read_text()
    packages = json.loads(text)["packages"]
    assert "://" not in text
    assert all(
        package["integrity"].startswith("sha512-") for path, package in packages.items() if path
    )
