"""Take the messages of agents."""

from fastapi import Request, Response

from app.http.routing import Router
from app.mcp.exchange import exchange

router = Router(include_in_schema=False)


@router.post("/mcp")
async def answer_agent(request: Request) -> Response:
    """Answer one message of the Model Context Protocol."""
    return await exchange(request)
