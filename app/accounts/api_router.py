"""Make routers of the JSON API."""

from fastapi import APIRouter, Depends

from app.accounts.dependencies import get_viewer
from app.http.json_body import JsonRoute


def api_router(below: str = "", *, tag: str) -> APIRouter:
    """Return a router for paths below /api/v1.

    Each of its routes refuses an invalid token, even where no token is needed.
    """
    return APIRouter(
        prefix=f"/api/v1{below}",
        tags=[tag],
        route_class=JsonRoute,
        dependencies=[Depends(get_viewer)],
    )
