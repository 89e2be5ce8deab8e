"""Running as a service: health, metrics, backups, workers and shutdown."""

from fastapi import APIRouter

from app.server import health, metrics

router = APIRouter(include_in_schema=False)
router.include_router(health.router)
router.include_router(metrics.router)
