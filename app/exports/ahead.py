"""Work ahead: the next piece is made while the last one is being used."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import TypeVar

import anyio

T = TypeVar("T")


async def ahead(pieces: AsyncGenerator[T]) -> AsyncGenerator[T]:
    """Yield the same pieces; between two of them, whoever uses one has to let others run.

    When it is closed, what is being made is cancelled, and has ended before this returns.
    """
    async with aclosing(pieces):
        coming = asyncio.create_task(_next(pieces))
        try:
            while (found := await coming) is not None:
                coming = asyncio.create_task(_next(pieces))
                yield found[0]
        finally:
            coming.cancel()
            with anyio.CancelScope(shield=True):
                await asyncio.wait([coming])


async def _next(pieces: AsyncGenerator[T]) -> tuple[T] | None:
    try:
        return (await anext(pieces),)
    except StopAsyncIteration:
        return None
