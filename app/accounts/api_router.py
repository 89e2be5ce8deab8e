"""Routers of the JSON API."""

from fastapi import APIRouter, Depends

from app.accounts.dependencies import get_viewer
from app.http.json_body import JsonRoute


def api_router(below: str = "", *, tag: str) -> APIRouter:
    """A router for addresses below /api/v1; each refuses a token that does not count, also where none is needed."""
    return APIRouter(
        prefix=f"/api/v1{below}",
        tags=[tag],
        route_class=JsonRoute,
        dependencies=[Depends(get_viewer)],
    )
