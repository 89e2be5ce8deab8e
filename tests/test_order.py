"""Test which files are run first."""

from types import SimpleNamespace
from typing import Any

from tests.support.order import SECONDS, pytest_collection_modifyitems


def test_the_slowest_files_begin_and_their_tests_keep_their_order() -> None:
    known = {"a.py": 2.0, "b.py": 40.0, "gone.py": 9.0}
    cache = SimpleNamespace(get=lambda key, _: known if key == SECONDS else {})
    config: Any = SimpleNamespace(cache=cache, workerinput={})
    plain, starts = SimpleNamespace(), SimpleNamespace(running=None)
    items: Any = [
        SimpleNamespace(nodeid=nodeid, module=module)
        for nodeid, module in (
            ("a.py::z", plain),
            ("a.py::y", plain),
            ("b.py::one", plain),
            ("new.py::one", starts),
            ("quick.py::one", plain),
        )
    ]
    pytest_collection_modifyitems(config, items)
    order = [item.nodeid for item in items]
    assert order == ["b.py::one", "new.py::one", "a.py::z", "a.py::y", "quick.py::one"]
