"""Read a page that a browser saved as one file, including its images (MHTML)."""

from email import policy
from email.parser import BytesParser

from app.sources.extraction.decoding import decode_html
from app.sources.extraction.readers import Found, UnreadableContent, html


def read(data: bytes) -> Found:
    """Return the text that a reader sees of the first page in the file."""
    message = BytesParser(policy=policy.default).parsebytes(data)
    for part in message.walk():
        if part.get_content_type() in ("application/xhtml+xml", "text/html"):
            payload = part.get_payload(decode=True)
            if isinstance(payload, bytes):
                return html.read(decode_html(payload, part.get_content_charset()).text.encode())
    raise UnreadableContent(
        "There is no web page in this file: save the page as HTML, or paste its text."
    )
