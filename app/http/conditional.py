"""Make ETags from version and revision, and check If-Match.

If-Match compares only the version, so that a change of another object is no conflict.
"""

import re

from starlette.requests import Request

from app.core.errors import PreconditionRequired, Stale

TAG = re.compile(r'(W/)?"v(\d{1,9})-r(\d{1,19})-([0-9a-f]{8})(?:-x\d{1,19})?"')


def version_etag(version: int, revision: int, epoch: str, redactions: int) -> str:
    """Return an ETag.

    It names the object's version, the log entry that the response reflects, and the number of
    redactions since.
    """
    return f'"v{version}-r{revision}-{epoch[:8]}{f"-x{redactions}" if redactions else ""}"'


def require_match(request: Request, *, version: int, epoch: str) -> None:
    """Raise PreconditionRequired without If-Match, and Stale for another version.

    Versions from before a restore of the database (another epoch) are stale as well.
    """
    header = request.headers.get("If-Match")
    if header is None or not header.strip():
        raise PreconditionRequired(
            "Send the ETag of the version that you have changed as If-Match."
        )
    if header.strip() == "*":
        return
    for weak, seen, _, of in TAG.findall(header):
        if not weak and int(seen) == version and of == epoch[:8]:
            return
    raise Stale(
        f"It is at version {version} now. Read it again, and decide what is to become of your "
        "change."
    )
