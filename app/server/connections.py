"""Close connections whose readers take nothing, so that nothing is kept for them for ever."""

import asyncio
from typing import Any

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

PATIENCE = 30.0  # seconds in which a reader has to take what was handed over to the connection


class ImpatientProtocol(HttpToolsProtocol):
    """The server's protocol, which drops a connection whose buffer stays full for too long."""

    def __init__(self, *arguments: Any, **named: Any) -> None:
        super().__init__(*arguments, **named)
        self._giving_up: asyncio.TimerHandle | None = None

    def pause_writing(self) -> None:
        """Begin to wait for the reader."""
        super().pause_writing()
        self._go_on()
        self._giving_up = self.loop.call_later(PATIENCE, self.transport.abort)

    def resume_writing(self) -> None:
        """Go on, since the reader has taken what was there."""
        super().resume_writing()
        self._go_on()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._go_on()
        super().connection_lost(exc)

    def _go_on(self) -> None:
        if self._giving_up is not None:
            self._giving_up.cancel()
            self._giving_up = None
