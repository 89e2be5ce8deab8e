"""Serve the description of the JSON API, for programs and as a page."""

from anyio import to_thread
from fastapi import Request, Response

from app.http.conditional import not_modified
from app.http.middleware import POLICY
from app.http.responses import Json
from app.http.routing import Router
from app.http.templating import page
from app.openapi.spec import describe

# Swagger UI sets inline styles and has icons as data URLs; only this page allows both.
OWN_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "img-src 'self'", "img-src 'self' data:"
)

router = Router(include_in_schema=False)


@router.get("/api/v1/openapi.json")
async def show_description(request: Request) -> Response:
    """Send the OpenAPI 3.1 document."""
    # Building it, once, takes a second, in which others are answered.
    return not_modified(request, Json(await to_thread.run_sync(describe, request.app)))


@router.get("/api/docs")
async def show_pages(request: Request) -> Response:
    """Show the description in Swagger UI."""
    return page(request, "openapi/show.html", headers={"Content-Security-Policy": OWN_POLICY})
