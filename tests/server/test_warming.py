"""Test that templates are compiled before they are asked for, and that this can be stopped."""

import threading

import pytest

from app.http.templating import environment
from app.server import warming


def test_all_templates_are_compiled(monkeypatch: pytest.MonkeyPatch) -> None:
    made = environment()
    assert made.cache is not None
    monkeypatch.setattr(warming, "templates", lambda: made)
    stopped = threading.Event()
    stopped.set()
    warming.compile_templates(stopped)
    assert len(made.cache) == 0
    warming.compile_templates(threading.Event(), pause=0)
    assert len(made.cache) == len(made.list_templates())
