"""Read what was done last, which the address of the page after a form names in its parameters."""

from collections.abc import Mapping

from starlette.requests import Request

from app.core.input_models import Q, read_query


def is_ours(headers: Mapping[str, str]) -> bool:
    """Tell whether this site led to the page, so that no link elsewhere claims that it was done.

    A browser sends Sec-Fetch-Site with the redirect after a form as well. Without that header a
    request comes from no current browser, or travels in clear text.
    """
    return headers.get("sec-fetch-site", "same-origin") == "same-origin"


def read_last_done(model: type[Q], request: Request) -> Q:
    """Read the parameters that name what was done; from elsewhere, none of them counts."""
    found = read_query(model, request)
    return found if is_ours(request.headers) else model()
