"""Publish changes: as JSON, as an Atom feed and as server-sent events."""
