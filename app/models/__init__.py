"""Map the database's tables to SQLAlchemy models."""
