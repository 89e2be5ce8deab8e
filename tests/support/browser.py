"""Provide a real browser for the tests, and decide what happens if there is none."""

import contextlib
import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, sync_playwright

from tools import browser as installed

# In a closed network, requests to the browser's vendor would fail many times.
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@contextlib.contextmanager
def chromium() -> Iterator[Browser]:
    """Launch Chromium; if there is none, skip the test.

    In CI, where a skip would go unnoticed, the test fails instead.
    """
    path = installed.find()
    if path is None:
        missing = f"no browser: none of {', '.join(installed.NAMES)} is on PATH"
        pytest.fail(missing) if os.environ.get("CI") == "true" else pytest.skip(missing)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        try:
            yield browser
        finally:
            browser.close()
