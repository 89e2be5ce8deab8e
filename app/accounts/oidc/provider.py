"""Say which OpenID provider the settings name, and how asking one can fail.

The client that asks it is loaded only where there is one: it takes ten megabytes.
"""

import base64
import hashlib
from dataclasses import dataclass, field

from app.settings import Settings


class Untrusted(Exception):
    """The provider refused or sent invalid data; the message is for the log, without secrets."""


class Away(Exception):
    """The provider does not answer."""


@dataclass(frozen=True, slots=True)
class Provider:
    """OpenID provider and this client's registration with it, from the settings."""

    issuer: str
    client_id: str
    client_secret: str = field(repr=False)
    name: str


def provider_of(settings: Settings) -> Provider | None:
    """Return the provider of the settings; None if there is none."""
    if settings.oidc_issuer is None:
        return None
    secret = settings.oidc_client_secret.get_secret_value()
    return Provider(settings.oidc_issuer, settings.oidc_client_id, secret, settings.oidc_name)


def derive(secret: str, what: str) -> str:
    """Derive `state`, `nonce` or `verifier` from the secret of a sign-in, 43 characters.

    None of them reveals the secret or another one.
    """
    digest = hashlib.sha256(f"{what}:{secret}".encode(errors="replace")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
