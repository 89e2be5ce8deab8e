"""Make the secrets of an alert, and the links that carry one."""

import base64
import hashlib
import hmac
import secrets

from app.models.alert import Alert

PREFIX = "whsec_"  # of Standard Webhooks
BYTES = 32


def new_secret() -> str:
    """Return a new secret, as receivers of webhooks are given it."""
    return PREFIX + base64.b64encode(secrets.token_bytes(BYTES)).decode()


def key_bytes(secret: str) -> bytes:
    """Return the bytes that a secret stands for."""
    return base64.b64decode(secret.removeprefix(PREFIX))


def link_key(alert: Alert, what: str) -> str:
    """Return the key of a link in a mail, which does one thing (`end`, `confirm`) to one alert."""
    said = f"{what} {alert.uid}".encode()
    return hmac.new(key_bytes(alert.secret), said, hashlib.sha256).hexdigest()


def is_key(alert: Alert, what: str, key: str) -> bool:
    """Tell whether a link has the right key, in constant time."""
    return hmac.compare_digest(link_key(alert, what).encode(), key.encode(errors="replace"))


def link(alert: Alert, what: str) -> str:
    """Return the whole address of a link in a mail."""
    return f"{alert.site}/alerts/{alert.id}/{what}?key={link_key(alert, what)}"


def page_of(negotiation: str, path: str) -> str:
    """Return the address of a page of a negotiation, below that of the site."""
    return f"/n/{negotiation}{path}"
