"""Write exports to a file or standard output, completely or not at all."""

import os
import sys
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import BinaryIO

import anyio.to_thread
from sqlalchemy.ext.asyncio import AsyncSession

from app.datapackage.export import export_package
from app.dna.writer import export_dna
from app.exports.csv_export import export_csv
from app.exports.download import give_time, read_file, scratch_file
from app.exports.json_export import export_json
from app.exports.query_params import CsvQuery
from app.exports.selection import Selection, count_positions, select_cells
from app.exports.xlsx_export import export_xlsx
from app.log.reader import moment

STDOUT = Path("-")
Step = Callable[[int, int], None]  # called with the number done and the total (0: not known)


class Form(StrEnum):
    """Formats of an export."""

    PACKAGE = "package"
    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"
    DNA = "dna"  # Discourse Network Analyzer


async def save(
    session: AsyncSession,
    slug: str,
    form: Form,
    to: Path,
    *,
    now: datetime,
    step: Step | None = None,
) -> None:
    """Write a negotiation as it is known now to a path; `-` is standard output.

    A package includes the texts of its sources. A file appears under its name only when it is
    complete.
    """
    await give_time(session)
    if form == Form.PACKAGE:
        out: Path | BinaryIO = sys.stdout.buffer if to == STDOUT else to
        watch = (lambda _, done, of: step(done, of)) if step else None
        return await export_package(
            session, await moment(session), slug, out, texts=True, progress=watch
        )
    chosen = await select_cells(session, slug, CsvQuery(), now=now)
    if step:
        chosen = replace(chosen, total=await count_positions(session, chosen), step=step)
    async with aclosing(_pieces(session, chosen, form, now)) as pieces:
        if to == STDOUT:
            async for piece in pieces:
                sys.stdout.buffer.write(piece)
            sys.stdout.buffer.flush()
            return
        part = to.with_name(f"{to.name}.part")
        try:
            with part.open("wb") as file:
                async for piece in pieces:
                    await anyio.to_thread.run_sync(file.write, piece)
            os.replace(part, to)
        finally:
            part.unlink(missing_ok=True)


async def _pieces(
    session: AsyncSession, chosen: Selection, form: Form, now: datetime
) -> AsyncGenerator[bytes]:
    if form in (Form.XLSX, Form.DNA):
        with scratch_file(form) as path:
            if form == Form.DNA:
                await export_dna(session, chosen, path)
            else:
                await export_xlsx(session, chosen, path, base="", permalink=None, now=now)
            async for piece in read_file(path):
                yield piece
        return
    if form == Form.JSON:
        written = export_json(session, chosen, base="", permalink=None, now=now)
    else:
        written = export_csv(session, chosen, CsvQuery(), base="", now=now)
    async with aclosing(written):
        async for piece in written:
            yield piece
