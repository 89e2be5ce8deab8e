"""Send e-mails by the server of the settings, in plain text and without anything that tracks."""

import asyncio
import smtplib
import ssl
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import unquote, urlsplit

from app.alerts.queue import Outcome
from app.models.vocabulary import AlertStop
from app.settings import Settings

SECONDS = 30.0  # for each step of the exchange
PORTS = {"smtp": 587, "smtps": 465}
HERE = ("localhost", "127.0.0.1", "::1")


@dataclass(frozen=True, slots=True)
class MailServer:
    """The mail server and the sender of the settings."""

    scheme: str
    host: str
    port: int
    user: str
    password: str
    sender: str

    @property
    def is_here(self) -> bool:
        """Tell whether it is this machine, so that nobody can read along."""
        return self.host in HERE


@dataclass(frozen=True, slots=True)
class Mail:
    """One e-mail to one address."""

    to: str
    subject: str
    text: str
    key: str  # the same at each attempt: most mail programs show equal ones once
    at: datetime
    end: str | None = None  # address that ends the alert


def mail_server(settings: Settings) -> MailServer | None:
    """Return the mail server of the settings, None where there is none."""
    address = settings.smtp_url.get_secret_value()
    if not address:
        return None
    parts = urlsplit(address)
    return MailServer(
        parts.scheme,
        parts.hostname or "",
        parts.port or PORTS[parts.scheme],
        unquote(parts.username or ""),
        unquote(parts.password or ""),
        settings.mail_from,
    )


def write(mail: Mail, sender: str) -> EmailMessage:
    """Write an e-mail with the headers by which a mail program can end the alert (RFC 8058)."""
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = mail.to
    made["Subject"] = " ".join(mail.subject.split())[:200]
    made["Date"] = format_datetime(mail.at)
    made["Message-ID"] = f"<{mail.key}@{parseaddr(sender)[1].rpartition('@')[2]}>"
    made["Auto-Submitted"] = "auto-generated"
    if mail.end:
        made["List-Unsubscribe"] = f"<{mail.end}>"
        made["List-Unsubscribe-Post"] = "List-Unsubscribe=One-Click"
    made.set_content(mail.text, charset="utf-8")
    return made


async def send(server: MailServer, mail: Mail) -> Outcome:
    """Send an e-mail once."""
    return await asyncio.to_thread(_send, server, mail)


def _send(server: MailServer, mail: Mail) -> Outcome:
    try:
        with _connected(server) as connection:
            connection.send_message(write(mail, server.sender), to_addrs=[mail.to])
        return Outcome(True, 250)
    except smtplib.SMTPRecipientsRefused as error:
        [(status, _)] = error.recipients.values()
        stop = AlertStop.REFUSED if status >= 500 else None
        return Outcome(False, status, "the mail server refuses the address", stop=stop)
    except smtplib.SMTPAuthenticationError as error:
        return Outcome(False, error.smtp_code, "the mail server refuses our password")
    except smtplib.SMTPResponseException as error:
        return Outcome(False, error.smtp_code, "the mail server did not take it")
    except smtplib.SMTPNotSupportedError:
        return Outcome(False, detail="the mail server offers no encryption, or no sign-in")
    except ssl.SSLError:
        return Outcome(False, detail="the mail server's certificate is not valid")
    except (smtplib.SMTPException, OSError) as error:
        return Outcome(False, detail=f"no mail server answers ({type(error).__name__})")


def _connected(server: MailServer) -> smtplib.SMTP:
    """Connect and sign in; always encrypted, except on this machine."""
    connection: smtplib.SMTP
    if server.scheme == "smtps":
        trusted = ssl.create_default_context()
        connection = smtplib.SMTP_SSL(server.host, server.port, timeout=SECONDS, context=trusted)
    else:
        connection = smtplib.SMTP(server.host, server.port, timeout=SECONDS)
    try:
        if server.scheme == "smtp" and not server.is_here:
            connection.starttls(context=ssl.create_default_context())
        if server.user:
            connection.login(server.user, server.password)
    except BaseException:
        connection.close()
        raise
    return connection
