"""Texts as XML can hold them."""

import re

_NOT_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_text(text: str) -> str:
    """Put the replacement character where a text has one that XML 1.0 does not know."""
    return _NOT_XML.sub("\ufffd", text)
