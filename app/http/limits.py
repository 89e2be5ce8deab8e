"""How much may be sent in."""

MAX_BODY = 8 * 1024 * 1024  # bytes of one request: a form, a JSON document, an uploaded file
