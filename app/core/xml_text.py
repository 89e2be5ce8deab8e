"""Make texts valid for XML."""

import re

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Replace each character that XML 1.0 does not allow by U+FFFD."""
    return _NOT_XML.sub("\ufffd", text)
