"""Test exports from the command line: equal to those over HTTP, complete or absent."""

import io
import json
from pathlib import Path
from types import SimpleNamespace

import openpyxl
import pytest

from app.cli import export_file
from app.cli.export_file import STDOUT, Form, save
from app.core.clock import now
from app.core.errors import NotFound
from app.db.engine import make_engine, make_sessions
from tests.support.fixtures import Lake

pytestmark = pytest.mark.anyio


def names(folder: Path) -> list[str]:
    return sorted(p.name for p in folder.iterdir())


async def saved(lake: Lake, form: Form, to: Path, slug: str = "lake") -> list[tuple[int, int]]:
    steps: list[tuple[int, int]] = []
    engine = make_engine(lake.database.url, limits=False)
    async with make_sessions(engine)() as session:
        await save(
            session, slug, form, to, now=now(), step=lambda done, of: steps.append((done, of))
        )
    await engine.dispose()
    return steps


async def test_files_say_what_the_web_says(lake: Lake, tmp_path: Path) -> None:
    lake.ada.state()
    assert (await saved(lake, Form.CSV, tmp_path / "a.csv"))[-1] == (1, 1)
    web = lake.stranger.page("/n/lake/export.csv").content
    assert (tmp_path / "a.csv").read_bytes() == web.replace(b"http://testserver", b"")
    await saved(lake, Form.JSON, tmp_path / "a.json")
    data = json.loads((tmp_path / "a.json").read_bytes())["data"]
    assert data == lake.stranger.page("/n/lake/export.json").json()["data"]
    await saved(lake, Form.XLSX, tmp_path / "a.xlsx")
    assert openpyxl.load_workbook(tmp_path / "a.xlsx")["Matrix"]["C2"].hyperlink is None
    assert names(tmp_path) == ["a.csv", "a.json", "a.xlsx"]


async def test_a_package_has_the_texts_that_the_web_does_not_give(
    lake: Lake, tmp_path: Path
) -> None:
    lake.ada.state()
    await saved(lake, Form.PACKAGE, tmp_path / "package")
    assert len(list((tmp_path / "package" / "texts").iterdir())) == 1
    assert b"texts/" not in lake.stranger.page("/n/lake/export.zip").content


async def test_a_dash_is_standard_output(lake: Lake, monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.BytesIO()
    monkeypatch.setattr(export_file, "sys", SimpleNamespace(stdout=SimpleNamespace(buffer=out)))
    await saved(lake, Form.CSV, STDOUT)
    assert out.getvalue().startswith(b"negotiation,party,")


async def test_what_fails_leaves_nothing_behind(lake: Lake, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        await saved(lake, Form.CSV, tmp_path / "a.csv", slug="nowhere")
    assert names(tmp_path) == []
