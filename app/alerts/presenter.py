"""Present alerts and deliveries as the API shows them."""

from typing import Any
from urllib.parse import urlencode

from app.alerts.messages import label
from app.alerts.queries import Found, Sent
from app.core.clock import instant
from app.models.alert import AlertAttempt
from app.models.vocabulary import AlertChannel, AlertState, AlertTells


def filter_pairs(found: Found) -> list[tuple[str, str]]:
    """Return the filter of an alert as pages and feeds have it in their addresses."""
    row = found.row
    return [
        *(("party", slug) for slug in found.parties),
        *(("issue", slug) for slug in found.issues),
        *(("option", name) for name in found.options),
        *(("kind", kind) for kind in row.kinds),
        *([("q", row.words)] if row.words else []),
        *([("tells", "everything")] if row.tells == AlertTells.EVERYTHING else []),
    ]


def feed_address(negotiation: str, pairs: list[tuple[str, str]]) -> str:
    """Return the address of the feed with a filter, below that of the site."""
    told = dict(pairs).get("tells")
    asked = [pair for pair in pairs if pair[0] != "tells"]
    if told != AlertTells.EVERYTHING:
        asked.append(("only", "moves"))
    return f"/n/{negotiation}/feed.atom" + (f"?{urlencode(asked)}" if asked else "")


def alert_json(found: Found) -> dict[str, Any]:
    """Return an alert."""
    row = found.row
    sends = row.state in (AlertState.ACTIVE, AlertState.UNCONFIRMED)
    return {
        "id": row.id,
        "uid": str(row.uid),
        "negotiation": found.negotiation,
        "parties": list(found.parties),
        "issues": list(found.issues),
        "options": list(found.options),
        "kinds": row.kinds,
        "words": row.words,
        "tells": row.tells,
        "channel": row.channel,
        "address": row.address,
        "state": row.state,
        "stopped_for": row.stopped_for,
        "created_at": instant(row.created_at),
        "changed_at": instant(row.changed_at),
        "waiting": found.waiting,
        "failures": row.failures,
        "next_at": instant(row.due_at) if row.due_at and sends else None,
        "feed": feed_address(found.negotiation, filter_pairs(found)),
        "url": f"/alerts/{row.id}",
    }


def new_alert_json(found: Found) -> dict[str, Any]:
    """Return an alert with its secret, which receivers of webhooks need."""
    is_hook = found.row.channel == AlertChannel.WEBHOOK
    return alert_json(found) | ({"secret": found.row.secret} if is_hook else {})


def delivery_json(sent: Sent) -> dict[str, Any]:
    """Return a delivery with its attempts."""
    row = sent.row
    return {
        "id": str(row.uid),
        "kind": row.kind,
        "state": row.state,
        "revision": row.seq,
        "total": row.total,
        "changes": [
            {
                "what": item["what"],
                "label": label(item),
                "position": item["position"],
                "version": item["version"],
                "url": f"/positions/{item['position']}/versions/{item['version']}",
            }
            for item in row.items
        ],
        "made_at": instant(row.made_at),
        "due_at": instant(row.due_at),
        "ended_at": row.ended_at and instant(row.ended_at),
        "told_with": sent.told_with,
        "attempts": [_attempt_json(attempt) for attempt in sent.attempts],
    }


def _attempt_json(attempt: AlertAttempt) -> dict[str, Any]:
    return {
        "began_at": instant(attempt.began_at),
        "ended_at": attempt.ended_at and instant(attempt.ended_at),
        "ok": attempt.ok,
        "status": attempt.status,
        "detail": attempt.detail,
    }
