"""Run a real SMTP server that keeps what it is sent, or refuses it."""

import contextlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any

from aiosmtpd.controller import Controller

from tests.support.servers import free_port


@dataclass
class Postbox:
    """The e-mails that came, and what is answered to the next ones."""

    port: int = 0
    mails: list[EmailMessage] = field(default_factory=list)
    refuses_address: str = ""  # answer to RCPT
    refuses: str = ""  # answer to DATA

    @property
    def url(self) -> str:
        """Return the address of the server, as a setting."""
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        """Take an address, or refuse it."""
        if self.refuses_address:
            return self.refuses_address
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        """Keep an e-mail, or refuse it."""
        if self.refuses:
            return self.refuses
        made = message_from_bytes(envelope.content, policy=default)
        assert isinstance(made, EmailMessage)
        assert envelope.rcpt_tos == [made["To"]]
        self.mails.append(made)
        return "250 OK"


@contextlib.contextmanager
def postbox() -> Iterator[Postbox]:
    """Run the server until the block ends."""
    made = Postbox()
    controller = Controller(made, hostname="127.0.0.1", port=free_port())
    controller.start()
    made.port = controller.port
    try:
        yield made
    finally:
        controller.stop()
