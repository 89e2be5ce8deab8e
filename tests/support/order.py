"""Run the files that take longest first, so that no worker is left with one of them at the end.

Each complete run measures how long every file takes, and keeps it in pytest's cache.
"""

from collections import Counter

import pytest

SECONDS = "parley/seconds"  # by file
# Of a test in a file that was never measured: with a browser or a process, and without.
SLOW, QUICK = 5.0, 0.3
measured: Counter[str] = Counter()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Sort the files of a run with several workers, never the tests in a file."""
    if not hasattr(config, "workerinput"):
        return
    guessed: Counter[str] = Counter()
    for item in items:
        guessed[file_of(item.nodeid)] += SLOW if is_slow(item) else QUICK
    seconds = {**guessed, **kept(config)}
    items.sort(key=lambda item: (-seconds[file_of(item.nodeid)], file_of(item.nodeid)))


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Add up the seconds of each file."""
    measured[file_of(report.nodeid)] += report.duration


def pytest_sessionfinish(session: pytest.Session) -> None:
    """Keep what was measured if all tests of each file were run."""
    config = session.config
    whole = not config.option.keyword and all("::" not in named for named in config.args)
    if config.cache and whole and not hasattr(config, "workerinput"):
        config.cache.set(SECONDS, kept(config) | measured)


def kept(config: pytest.Config) -> dict[str, float]:
    """Return the seconds of earlier runs by file."""
    return dict(config.cache.get(SECONDS, {})) if config.cache else {}


def is_slow(item: pytest.Item) -> bool:
    """Tell whether a test needs a browser, a server or a process of its own."""
    fixtures = getattr(item, "fixturenames", ())
    return "live" in fixtures or "browser" in fixtures or hasattr(item.module, "running")


def file_of(nodeid: str) -> str:
    """Return the path of a test's file."""
    return nodeid.partition("::")[0]
