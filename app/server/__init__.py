"""Running as a service: health, metrics, backups, workers and shutdown."""

from app.http.routing import Router
from app.server import health, metrics

router = Router(include_in_schema=False)
router.include_router(health.router)
router.include_router(metrics.router)
