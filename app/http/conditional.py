"""Make ETags, and answer conditional requests: If-Match and If-None-Match.

If-Match compares only the version, so that a change of another object is no conflict.
"""

import hashlib
import re
from collections.abc import Iterable

from starlette.requests import Request
from starlette.responses import Response

from app.core.errors import PreconditionRequired, StaleVersion

ETAG = re.compile(r'(?:W/)?("[\x21\x23-\x7e\x80-\xff]*")')
TAG = re.compile(r'(W/)?"v(\d{1,9})-r(\d{1,19})-([0-9a-f]{8})(?:-x\d{1,19})?"')
KEPT_BY_304 = ("ETag", "Cache-Control", "Vary", "Link", "Content-Location", "Last-Modified")
OF_CONTENT = (b"content-length", b"content-type", b"content-encoding")


def content_etag(body: bytes) -> str:
    """Return a strong ETag: equal for equal bytes."""
    return f'"{hashlib.sha256(body).hexdigest()[:32]}"'


def version_etag(version: int, revision: int, epoch: str, redactions: int) -> str:
    """Return an ETag.

    It names the object's version, the log entry that the response reflects, and the number of
    redactions since.
    """
    return f'"v{version}-r{revision}-{epoch[:8]}{f"-x{redactions}" if redactions else ""}"'


def require_match(request: Request, *, version: int, epoch: str) -> None:
    """Raise PreconditionRequired without If-Match, and StaleVersion for another version.

    Versions from before a restore of the database (another epoch) are stale as well.
    """
    header = request.headers.get("If-Match")
    if header is None or not header.strip():
        raise PreconditionRequired("Send the ETag of the version that you changed as If-Match.")
    if header.strip() == "*":
        return
    for weak, seen, _, of in TAG.findall(header):
        if not weak and int(seen) == version and of == epoch[:8]:
            return
    raise StaleVersion(
        f"The current version is {version}. Read it again, then decide about your change."
    )


def matches(header: str | None, etag: str) -> bool:
    """Tell whether `etag` is among those of If-None-Match, by weak comparison (RFC 9110)."""
    if header is None:
        return False
    if header.strip() == "*":
        return True
    return etag.removeprefix("W/") in ETAG.findall(header)


def not_modified(request: Request, answer: Response) -> Response:
    """Set a missing ETag, and answer 304 if the client already has this response."""
    if request.method not in ("GET", "HEAD") or answer.status_code != 200:
        return answer
    etag = answer.headers.setdefault("ETag", content_etag(bytes(answer.body)))
    if not matches(request.headers.get("If-None-Match"), etag):
        return answer
    kept = {name: answer.headers[name] for name in KEPT_BY_304 if name in answer.headers}
    return Response(status_code=304, headers=kept)


def unchanged(request: Request, etag: str) -> Response | None:
    """Return a 304 if the client already has the version with this ETag, else None."""
    if matches(request.headers.get("If-None-Match"), etag):
        return Response(status_code=304, headers={"ETag": etag})
    return None


def without_content(headers: Iterable[tuple[bytes, bytes]]) -> list[tuple[bytes, bytes]]:
    """Return the headers of a 304 for a finished response with these headers."""
    return [(name, value) for name, value in headers if name.lower() not in OF_CONTENT]
