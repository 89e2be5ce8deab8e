"""The description of the JSON API, for programs and for people."""

from fastapi import APIRouter, Request, Response

from app.http.middleware import POLICY
from app.http.responses import Json, not_modified
from app.http.templating import page
from app.openapi.spec import describe

# Swagger UI sets styles on its elements and draws icons that it carries along; here alone both may be.
OWN_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'").replace(
    "img-src 'self'", "img-src 'self' data:"
)

router = APIRouter(include_in_schema=False)


@router.get("/api/v1/openapi.json")
async def show_description(request: Request) -> Response:
    """OpenAPI 3.1."""
    return not_modified(request, Json(describe(request.app)))


@router.get("/api/docs")
async def show_pages(request: Request) -> Response:
    """The description, drawn."""
    return page(request, "openapi/show.html", headers={"Content-Security-Policy": OWN_POLICY})
