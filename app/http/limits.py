"""Limit the size of requests."""

MAX_BODY = 8 * 1024 * 1024  # bytes of one request: form, JSON document or uploaded file
