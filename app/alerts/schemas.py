"""Validate what alerts are asked for, and define how the API shows them."""

import re
from typing import Annotated, Any, NotRequired

from pydantic import AfterValidator, Field, model_validator
from typing_extensions import TypedDict

from app.core.input_models import Input, Line, Query, Slug
from app.http.described import InstantText
from app.matrix_page.schemas import OPTION_OF_ISSUE
from app.models.vocabulary import (
    AlertAct,
    AlertChannel,
    AlertState,
    AlertStop,
    AlertTells,
    DeliveryKind,
    DeliveryState,
    MoveKind,
)

MOST_CHOSEN = 100  # parties, issues or options of one filter
# What mail programs send to: no quoted names, no comments, no lists.
MAIL_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]{1,64}@[A-Za-z0-9.-]{1,189}")

OptionOfIssue = Annotated[str, Field(pattern=OPTION_OF_ISSUE, max_length=161)]
Words = Annotated[Line, Field(max_length=200), AfterValidator(lambda v: v or None)]
Chosen = Annotated[list[Slug], Field(max_length=MOST_CHOSEN)]


class AlertFilter(Input):
    """Which changes: those that fit every part of the filter; an empty part fits all."""

    parties: Annotated[Chosen, Field(description="Of one of these parties.")] = []
    issues: Annotated[Chosen, Field(description="On one of these issues.")] = []
    options: Annotated[
        list[OptionOfIssue],
        Field(
            max_length=MOST_CHOSEN,
            description="About one of these options, as `issue/option`: before or after.",
        ),
    ] = []
    kinds: Annotated[
        list[MoveKind],
        Field(
            max_length=len(MoveKind),
            description="Moves of these kinds; left out: all but `restated`. Only with `moves`.",
        ),
    ] = []
    words: Annotated[
        Words | None,
        Field(description="With these words, as a search takes them, in summary or quotes."),
    ] = None
    tells: Annotated[
        AlertTells,
        Field(
            description="`moves`: moves, and each correction of what this alert has told before. "
            "`everything`: each version that becomes public."
        ),
    ] = AlertTells.MOVES

    @model_validator(mode="after")
    def _kinds_of_moves(self) -> "AlertFilter":
        if self.kinds and self.tells != AlertTells.MOVES:
            raise ValueError("kinds of moves can be chosen only where only moves are told")
        return self


class AlertInput(AlertFilter):
    """Of which changes in a negotiation to tell, and where."""

    negotiation: Slug
    channel: Annotated[
        AlertChannel, Field(description="`mail`: at once; `digest`: one e-mail a day.")
    ]
    address: Annotated[
        str,
        Field(
            min_length=1,
            max_length=1_000,
            description="The URL of a webhook at a receiver that an admin allows, or an e-mail "
            "address, which is asked by e-mail to confirm it.",
        ),
    ]


class ActInput(Input):
    """What is to be done with an alert."""

    do: Annotated[
        AlertAct,
        Field(
            description="`resume`: go on with all that was missed, `skip`: from now on only; "
            "`test`: send a message that says only that it is a test, after those that wait; "
            "`secret`: renew it; `end`: for good."
        ),
    ]


class AlertsQuery(Query):
    """Which alerts to list."""

    ended: Annotated[bool, Field(description="Also those that have ended.")] = False


class DeliveriesQuery(Query):
    """Which deliveries to list."""

    limit: Annotated[int, Field(ge=1, le=100, description="Maximum number of results.")] = 20
    cursor: Annotated[
        str | None, Field(max_length=2000, description="From `meta.next`, of the same alert.")
    ] = None


class Alert(TypedDict):
    """An alert, and how it is doing."""

    id: int
    uid: str
    negotiation: str
    parties: list[str]
    issues: list[str]
    options: list[str]
    kinds: list[MoveKind]
    words: str | None
    tells: AlertTells
    channel: AlertChannel
    address: str
    state: AlertState
    # Why it was stopped; what it was to tell is kept until it is resumed or ended.
    stopped_for: AlertStop | None
    created_at: InstantText
    changed_at: InstantText
    # Messages that wait, attempts of the first one that failed, and when the next one is due.
    waiting: int
    failures: int
    next_at: InstantText | None
    # The same as an Atom feed, which anyone may read.
    feed: str
    url: str
    # Of a webhook, to check its signatures: only in the answer that makes or renews it.
    secret: NotRequired[str]


class Attempt(TypedDict):
    """One attempt; without an end, its outcome is not known: the server stopped meanwhile."""

    began_at: InstantText
    ended_at: InstantText | None
    ok: bool | None
    # Of HTTP or SMTP.
    status: int | None
    detail: str | None


class Delivery(TypedDict):
    """What one commit, or a test, has told or is to tell, and every attempt."""

    # The `webhook-id` of the webhook, and a part of the e-mail's `Message-ID`.
    id: str
    kind: DeliveryKind
    state: DeliveryState
    revision: int | None
    total: int
    changes: list[dict[str, Any]]
    made_at: InstantText
    due_at: InstantText
    ended_at: InstantText | None
    # The first delivery in the same e-mail, whose attempts are also this one's.
    told_with: str | None
    attempts: list[Attempt]
