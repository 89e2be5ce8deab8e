"""Database access: addresses, engine, transactions, schema and notifications."""
