"""Find the address of this server as the client sees it."""

from starlette.requests import Request


def origin(request: Request) -> str:
    """Return scheme, host and port without a final slash, such as `https://parley.example.org`."""
    return f"{request.url.scheme}://{request.url.netloc}"
