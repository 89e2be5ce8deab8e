"""Say how alerts are doing, in words of the interface."""

from app.models.vocabulary import (
    AlertChannel,
    AlertState,
    AlertStop,
    AlertTells,
    DeliveryKind,
    DeliveryState,
)

CHANNELS = {
    AlertChannel.WEBHOOK: "webhook",
    AlertChannel.MAIL: "e-mail, at once",
    AlertChannel.DIGEST: "e-mail, once a day",
}
TELLS = {
    AlertTells.MOVES: "moves, and corrections of what was told",
    AlertTells.EVERYTHING: "every change",
}
STATES = {
    AlertState.UNCONFIRMED: "waits until the e-mail address is confirmed",
    AlertState.ACTIVE: "active",
    AlertState.PAUSED: "paused",
    AlertState.STOPPED: "stopped",
    AlertState.ENDED: "ended",
}
STOPS = {
    AlertStop.UNREACHABLE: "Nothing could be delivered for two days.",
    AlertStop.GONE: "The receiver answered that it wants no more (410).",
    AlertStop.REFUSED: "The mail server refuses the address.",
    AlertStop.NOT_ALLOWED: "No admin allows webhooks to this receiver any more.",
    AlertStop.ACCOUNT: "The account was disabled or may have no alerts.",
}
KINDS = {
    DeliveryKind.CHANGES: "changes",
    DeliveryKind.TEST: "test",
    DeliveryKind.CONFIRM: "asks to confirm the address",
}
DELIVERIES = {
    DeliveryState.WAITING: "waits",
    DeliveryState.DELIVERED: "delivered",
    DeliveryState.GIVEN_UP: "given up",
    DeliveryState.DROPPED: "not sent",
}
