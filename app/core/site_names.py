"""Check host names, and show them so that one is not mistaken for another; pure functions."""

import re
from ipaddress import ip_address
from urllib.parse import quote, urlsplit, urlunsplit

import idna

from app.core.lookalikes import escape_unseen, is_one_script, skeleton

# Allowed in ASCII labels; underscores are in use, although IDNA does not allow them.
_PLAIN = re.compile(r"[a-z0-9_-]{1,63}", re.ASCII)
_ENCODED = "xn--"
_LONGEST = 253


def check_host(host: str) -> None:
    """Raise ValueError, with the reason, if no host can have this name."""
    if _is_number(host):
        return
    try:
        name = _encode(host)
    except (idna.IDNAError, UnicodeError) as problem:
        raise ValueError(f"names a site that cannot exist ({host}): {problem}") from None
    if len(name) > _LONGEST:
        raise ValueError(
            f"names a site that cannot exist: its name is longer than {_LONGEST} characters"
        )


def ascii_host(host: str) -> str:
    """Return a host name in the form that DNS uses; raise ValueError if there can be none such."""
    check_host(host)
    return host.lower() if _is_number(host) else _encode(host)


def show_address(url: str) -> str:
    """Return an address as it is shown.

    A host name that could be mistaken for another one is shown in ASCII, as in DNS.
    """
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        if host.isascii():
            return escape_unseen(url)
        shown = ".".join(map(_shown, host.split(".")))
        port = f":{parts.port}" if parts.port is not None else ""
    except ValueError:
        return escape_unseen(url)
    return escape_unseen(
        urlunsplit((parts.scheme, shown + port, parts.path, parts.query, parts.fragment))
    )


def _shown(label: str) -> str:
    if label.isascii():
        return label
    try:
        encoded = _encode(label)
    except (idna.IDNAError, UnicodeError):
        return quote(label)
    return encoded if skeleton(label).isascii() or not is_one_script(label) else label


def _encode(host: str) -> str:
    """Return the host name in the form that DNS uses."""
    labels = (
        idna.uts46_remap(host, std3_rules=False, transitional=False).removesuffix(".").split(".")
    )
    return ".".join(label if _is_plain(label) else idna.alabel(label).decode() for label in labels)


def _is_plain(label: str) -> bool:
    return bool(_PLAIN.fullmatch(label)) and not label.startswith(_ENCODED)


def _is_number(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True
