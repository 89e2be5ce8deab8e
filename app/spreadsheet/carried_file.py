"""Carry an uploaded file in a hidden field of its page.

So nothing is stored before the editor confirms, and nothing has to expire.
"""

import base64
import binascii
import zlib

from app.core.errors import Invalid
from app.http.limits import MAX_BODY

MOST_BYTES = 32 << 20  # unpacked


def keep(data: bytes) -> str:
    """Encode a file for a hidden field: compressed, and in Base64 because fields change line ends.

    Raise Invalid if the result is too large for a form.
    """
    kept = base64.b64encode(zlib.compress(data, 6)).decode()
    if len(kept) > MAX_BODY - (64 << 10):
        raise Invalid(
            "The file is too large for this page; import it with the command parley import."
        )
    return kept


def kept(text: str) -> bytes:
    """Decode the file in a hidden field; raise Invalid if it is damaged or too large."""
    try:
        unpacking = zlib.decompressobj()
        data = unpacking.decompress(base64.b64decode(text, validate=True), MOST_BYTES)
    except (binascii.Error, zlib.error, ValueError):
        raise Invalid("The file did not arrive complete: choose it again.") from None
    if unpacking.unconsumed_tail:
        raise Invalid(
            f"The file is larger than {MOST_BYTES >> 20} MB:"
            " import it with the command parley import."
        )
    return data
