"""Ask for alerts in tests that are about something else."""

from datetime import UTC, datetime

from tests.support.fixtures import Lake
from tests.support.worlds import connect


def allow(lake: Lake, origin: str, *, inside: bool = True) -> None:
    """Let an admin allow a receiver."""
    with connect(lake.database.url) as connection:
        connection.execute(
            "INSERT INTO webhook_receiver VALUES (%s, %s, 'root', %s) ON CONFLICT DO NOTHING",
            (origin, inside, datetime.now(UTC)),
        )


def has_alert(lake: Lake) -> None:
    """Give ada an alert with a message that waits."""
    allow(lake, "https://hooks.example.org")
    body = {
        "negotiation": "lake",
        "channel": "webhook",
        "address": "https://hooks.example.org/lake",
    }
    number = lake.ada.post("/alerts", body).data["id"]
    assert lake.ada.post(f"/alerts/{number}/act", {"do": "test"}).status == 200
