"""Describe the JSON API as OpenAPI 3.1, for programs and on a page."""
