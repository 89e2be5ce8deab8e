"""Make routers of the JSON API."""

from fastapi import Depends

from app.accounts.dependencies import get_viewer
from app.http.json_body import JsonRoute
from app.http.routing import Router


def api_router(below: str = "", *, tag: str) -> Router:
    """Return a router for paths below /api/v1.

    Each of its routes refuses an invalid token, even where no token is needed.
    """
    return Router(
        prefix=f"/api/v1{below}",
        tags=[tag],
        route_class=JsonRoute,
        dependencies=[Depends(get_viewer)],
    )
