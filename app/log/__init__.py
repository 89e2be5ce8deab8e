"""The append-only log of all changes: written by actions, read by everything that is shown."""
