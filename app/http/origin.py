"""Where this server is, as whoever asks it sees it."""

from starlette.requests import Request


def origin(request: Request) -> str:
    """Return scheme, host and port, such as `https://parley.example.org`, without a slash at the end."""
    return f"{request.url.scheme}://{request.url.netloc}"
