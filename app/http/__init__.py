"""HTTP layer: middleware, caching, problems, JSON bodies and responses, templates."""
