"""Check addresses of sources, and tell which name the same document."""

from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from app.core.lookalikes import escape_unseen, find_unseen
from app.core.site_names import check_host

SCHEMES = ("http", "https")
PORTS = {"http": 80, "https": 443}
TRACKING = {"fbclid", "gclid", "dclid", "msclkid", "igshid", "mc_cid", "mc_eid", "yclid"}
LONGEST = 2048


def check_url(url: str) -> str:
    """Return an address that may be linked to; raise ValueError, with the reason, for others.

    Invisible characters after the host are percent-encoded, as browsers send them.
    """
    if len(url) > LONGEST:
        raise ValueError(f"is longer than {LONGEST} characters")
    if any(c.isspace() or ord(c) < 0x20 or c in '\\<>"' for c in url):
        raise ValueError(
            "has a space, a backslash or another character that an address cannot have"
        )
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ValueError("is not an address") from None
    if parts.scheme.lower() not in SCHEMES or not parts.hostname:
        raise ValueError("must begin with http:// or https:// and name a site")
    if parts.username is not None or parts.password is not None or port == 0:
        raise ValueError("must not contain a user name or a password")
    if found := find_unseen(parts.netloc):
        place, name = url.index(parts.netloc) + found[0] + 1, found[1]
        raise ValueError(
            f"has the invisible character {name} in the name of its site (character {place})"
        )
    check_host(parts.hostname)
    return escape_unseen(url)


def same_document_key(url: str) -> str:
    """Return the address for comparisons.

    It has no tracking parameters and no fragment, since these do not change the document.
    """
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    scheme = parts.scheme.lower()
    port = "" if parts.port in (None, PORTS.get(scheme)) else f":{parts.port}"
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    kept = [
        (k, v) for k, v in pairs if not k.lower().startswith("utm_") and k.lower() not in TRACKING
    ]
    query = parts.query if len(kept) == len(pairs) else urlencode(kept)
    return urlunsplit((scheme, host + port, parts.path or "/", query, ""))


def site_of(url: str) -> str:
    """Return the name of the site of an address, without "www."; empty if it has none."""
    try:
        host = urlsplit(url.strip()).hostname or ""
    except ValueError:
        return ""
    return host.rstrip(".").removeprefix("www.")
