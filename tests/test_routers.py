"""Test that routes only route: statements are in queries.py, answers are made in presenter.py."""

import ast
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

import app

APP = Path(app.__file__).parent
# What a router may take from SQLAlchemy: the type of a session, and errors to catch.
ALLOWED = {("sqlalchemy.ext.asyncio", "AsyncSession"), ("sqlalchemy.exc", "SQLAlchemyError")}
ASKING = {"execute", "scalar", "scalars", "stream_scalars", "get_one"}
ANSWERING = {"Json", "answer", "answer_one", "answer_page"}
EXCEPTIONS = {
    # Two lines for load balancers and no more; nobody else shows this. It asks on a connection of
    # its own, so that it never waits for readers.
    "server/health.py": {"writes JSON", "imports sqlalchemy.ext.asyncio.AsyncEngine"},
}


@lru_cache
def routers() -> dict[str, ast.Module]:
    """Return the modules that make a router."""
    found = {}
    for path in sorted(APP.rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if any(_name(call) in ("Router", "api_router") for call in _calls(tree)):
            found[path.relative_to(APP).as_posix()] = tree
    del found["accounts/api_router.py"]  # makes routers for others
    return found


def test_no_router_states_sql_or_writes_json() -> None:
    modules = routers()
    assert len(modules) > 50
    faults = {
        path: set(_faults(tree)) - EXCEPTIONS.get(path, set()) for path, tree in modules.items()
    }
    assert {path: found for path, found in faults.items() if found} == {}


def test_every_exception_is_still_needed() -> None:
    modules = routers()
    for path, excused in EXCEPTIONS.items():
        assert excused <= set(_faults(modules[path]))


def test_the_faults_are_found() -> None:
    code = """
from sqlalchemy import select
async def show(session):
    await session.scalars(select(Party))
    return answer(request, {"name": 1})
def party_json(row): ...
"""
    found = set(_faults(ast.parse(code)))
    assert found == {
        "imports sqlalchemy.select",
        "asks by scalars",
        "writes JSON",
        "has party_json",
    }


def _faults(tree: ast.Module) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("sqlalchemy"):
            for name in node.names:
                if (node.module, name.name) not in ALLOWED:
                    yield f"imports {node.module}.{name.name}"
        if isinstance(node, ast.Import):
            yield from (f"imports {n.name}" for n in node.names if n.name.startswith("sqlalchemy"))
        if isinstance(node, ast.FunctionDef) and node.name.endswith("_json"):
            yield f"has {node.name}"
    for call in _calls(tree):
        if isinstance(call.func, ast.Attribute) and call.func.attr in ASKING:
            yield f"asks by {call.func.attr}"
        if _name(call) in ANSWERING and any(isinstance(a, ast.Dict) for a in call.args):
            yield "writes JSON"


def _calls(tree: ast.Module) -> Iterator[ast.Call]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.Call))


def _name(call: ast.Call) -> str:
    return call.func.id if isinstance(call.func, ast.Name) else ""
