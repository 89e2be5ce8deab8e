"""Serve /metrics to Prometheus, only for the addresses in PARLEY_METRICS."""

import ipaddress

from fastapi import Request, Response
from sqlalchemy.exc import SQLAlchemyError

from app.core.counters import exposition
from app.core.errors import Forbidden
from app.db.engine import make_sessions
from app.http.routing import Router
from app.server.queries import newest_seq

router = Router(include_in_schema=False)
FORWARDED = ("x-forwarded-for", "forwarded", "x-real-ip")


@router.get("/metrics")
async def metrics(request: Request) -> Response:
    """Return all counts in the Prometheus text format."""
    settings = request.app.state.settings
    if not may_scrape(request, settings.metrics, settings.proxies):
        raise Forbidden("PARLEY_METRICS lists the addresses that may read this.")
    more: dict[str, float] = {"parley_database_up": 0}
    try:
        async with make_sessions(request.app.state.engine)() as session:
            newest = await newest_seq(session)
        more = {"parley_database_up": 1, "parley_log_seq": float(newest or 0)}
    except (SQLAlchemyError, OSError):
        pass  # reported by parley_database_up
    more["parley_pool_size"] = request.app.state.engine.pool.size()
    return Response(exposition(**more), media_type="text/plain; version=0.0.4; charset=utf-8")


def may_scrape(request: Request, allowed: tuple[str, ...], proxies: tuple[str, ...]) -> bool:
    """Tell whether a request comes from an allowed address.

    A request forwarded by a proxy that is not configured may come from anywhere.
    """
    if not proxies and any(name in request.headers for name in FORWARDED):
        return False
    try:
        address = ipaddress.ip_address(request.client.host if request.client else "")
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(network) for network in allowed)
