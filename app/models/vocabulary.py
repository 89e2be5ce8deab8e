"""Define the closed sets of terms, with the values that API, forms and data packages use.

The docstrings of these classes are published in the OpenAPI description.
"""

from enum import StrEnum


class NegotiationStatus(StrEnum):
    ONGOING = "ongoing"
    SUSPENDED = "suspended"
    CONCLUDED = "concluded"


class PartyRole(StrEnum):
    """The part that a party plays in one negotiation."""

    PRINCIPAL = "principal"
    MEDIATOR = "mediator"
    GUARANTOR = "guarantor"
    OBSERVER = "observer"


class Firmness(StrEnum):
    RED_LINE = "red_line"
    DEMAND = "demand"
    PREFERENCE = "preference"
    OPEN = "open"
    UNCLEAR = "unclear"


class Act(StrEnum):
    """What a party does in stating its position."""

    STATES = "states"
    PROPOSES = "proposes"
    OFFERS = "offers"
    THREATENS = "threatens"
    ASKS = "asks"
    WITHDRAWS = "withdraws"


class Attitude(StrEnum):
    """Of a position to one option; at most one option is preferred."""

    PREFERS = "prefers"
    ACCEPTS = "accepts"
    REJECTS = "rejects"


class LinkKind(StrEnum):
    CONDITION = "condition"
    PACKAGE = "package"
    SEQUENCE = "sequence"


class QuoteKind(StrEnum):
    """`direct`: a speaker's own words; `reported`: the source's words about the position."""

    DIRECT = "direct"
    REPORTED = "reported"


class Verification(StrEnum):
    """What checking a quote against its source's text gave (docs/rules.md, rule 2)."""

    VERIFIED = "verified"
    AMBIGUOUS = "ambiguous"
    MISMATCH = "mismatch"
    UNVERIFIED = "unverified"
    ATTESTED = "attested"


class Mismatch(StrEnum):
    """Why the words of a quote do not match the text of their source."""

    ABSENT = "absent"  # they do not occur
    INSIDE_WORDS = "inside_words"  # they occur, but begin or end inside a word
    CONTEXT = "context"  # they occur, but not beside `prefix` and `suffix`
    SHORT_PART = "short_part"  # an elision parts off fewer than three words
    ORDER = "order"  # the parts around its elisions occur, but not in this order


class PositionStatus(StrEnum):
    DRAFT = "draft"
    PUBLISHED = "published"
    RETRACTED = "retracted"


class Silence(StrEnum):
    """Why a cell has no position: somebody searched and found nothing, or nobody has looked."""

    SEARCHED = "searched"
    NEVER_SEARCHED = "never_searched"


class ReadingState(StrEnum):
    """Of a source on a negotiation's work list; that it is coded is told by its quotes."""

    TO_READ = "to_read"
    READING = "reading"
    READ = "read"


class CommonGround(StrEnum):
    AGREED = "agreed"
    QUALIFIED = "qualified"
    BLOCKED = "blocked"
    OPEN = "open"


class MoveKind(StrEnum):
    NEW = "new"
    WITHDRAWN = "withdrawn"
    MOVED = "moved"
    HARDENED = "hardened"
    SOFTENED = "softened"
    RESTATED = "restated"


class ProposalKind(StrEnum):
    POSITION = "position"
    SOURCE = "source"
    CORRECTION = "correction"


class ProposalState(StrEnum):
    """`put_off`: an editor decides later; a later proposal of the same shares the decision."""

    OPEN = "open"
    PUT_OFF = "put_off"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"  # by who proposed it


class Rejection(StrEnum):
    """The usual reasons for which editors reject a proposal."""

    NOT_CARRIED = "not_carried"  # the words are there, but do not say this
    WRONG_PARTY = "wrong_party"
    WRONG_SPEAKER = "wrong_speaker"
    WRONG_OPTION = "wrong_option"
    WRONG_DATE = "wrong_date"
    KNOWN = "known"  # the cell has it already
    TORN = "torn"  # the context of the words says otherwise
    NOT_HERE = "not_here"  # it belongs to no issue of the code book
    OTHER = "other"


class UserRole(StrEnum):
    """Each role may do what the one before it may, and more; a proposer only proposes."""

    PROPOSER = "proposer"
    VIEWER = "viewer"
    EDITOR = "editor"
    ADMIN = "admin"


class AlertTells(StrEnum):
    """`moves`: where parties moved, and corrections of what was told; else each change."""

    MOVES = "moves"
    EVERYTHING = "everything"


class AlertChannel(StrEnum):
    """`mail`: at once; `digest`: by e-mail once a day."""

    WEBHOOK = "webhook"
    MAIL = "mail"
    DIGEST = "digest"


class AlertState(StrEnum):
    """`unconfirmed`: its e-mail address is not confirmed; `stopped`: given up, see why."""

    UNCONFIRMED = "unconfirmed"
    ACTIVE = "active"
    PAUSED = "paused"
    STOPPED = "stopped"
    ENDED = "ended"


class AlertAct(StrEnum):
    """`resume`: with all that was missed; `skip`: with what changes from now on only."""

    PAUSE = "pause"
    RESUME = "resume"
    SKIP = "skip"
    TEST = "test"
    SECRET = "secret"  # noqa: S105  (the name of an action, which makes a new one)
    END = "end"


class AlertStop(StrEnum):
    """Why an alert was stopped: each was tried for long, or can never succeed."""

    UNREACHABLE = "unreachable"
    GONE = "gone"  # the receiver answered 410
    REFUSED = "refused"  # the mail server refuses the address for good
    NOT_ALLOWED = "not_allowed"  # no admin allows the receiver any more
    ACCOUNT = "account"  # its account is disabled, or may only propose now


class DeliveryKind(StrEnum):
    CHANGES = "changes"
    TEST = "test"
    CONFIRM = "confirm"  # the mail that asks to confirm an address


class DeliveryState(StrEnum):
    """`dropped`: nothing of it may be told any more, or its alert ended before."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    GIVEN_UP = "given_up"
    DROPPED = "dropped"
