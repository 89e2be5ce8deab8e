"""Describe each operation of the JSON API beyond what its route says: types, examples, errors."""

# ruff: noqa: E501 (one address, one line)

from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

from app.analysis.timelines import Correction
from app.looks.actions import LookInput
from app.negotiations.issue_schemas import IssueFields, IssueInput, OptionPatch
from app.negotiations.schemas import NegotiationInput, ParticipationInput, PartyInput, SpeakerInput
from app.openapi import analyses, shapes
from app.positions.schemas import CheckInput, PositionInput, PositionPatch, RetractInput
from app.positions.views import PositionView
from app.releases.views import ReleaseView
from app.search.hits import Hit
from app.sources.schemas import SourceInput


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation's summary, types and example; `beside` has fields next to `data`."""

    summary: str
    data: Any  # the type of the response's `data`
    body: type[BaseModel] | None = None
    example: dict[str, Any] | None = None
    meta: bool = True
    beside: tuple[tuple[str, Any], ...] = ()
    errors: tuple[int, ...] = ()


class IssuePatch(IssueFields):
    options: list[OptionPatch] = []  # merged by slug


N = "/api/v1/negotiations/{slug}"
POSITION = {
    "negotiation": "ukraine-ceasefire-2025", "party": "united-states", "issue": "ceasefire-length",
    "summary": "A full ceasefire of thirty days, to be prolonged by agreement.", "firmness": "demand",
    "attitudes": {"30-days": "accepts"}, "conditions": {"30-days": "only if Russia accepts it too"},
    "stated_on": "2025-03-11", "status": "published",
    "quotes": [{"source_id": 3, "exact": "the ball is now in their court", "speaker": "Marco Rubio", "said_on": "2025-03-11"}],
}  # fmt: skip
NEGOTIATION = {"slug": "lake-orin", "title": "Lake Orin water treaty", "status": "ongoing"}
PARTY = {"slug": "northshore", "name": "Northshore", "kind": "state", "aliases": ["The North"]}
SPEAKER = {"name": "Mara Venn", "office": "Minister of water", "party": "northshore"}
SOURCE = {
    "url": "https://news.example.org/orin", "title": "Lake Orin talks resume", "publisher": "Orin Post",
    "published_on": "2024-05-14", "language": "en", "text": "“Not one drop less,” said Mara Venn.",
}  # fmt: skip
ISSUE = {
    "slug": "quota", "title": "Water quota", "question": "What share?", "ordered": True,
    "options": [{"slug": "q20", "label": "20 %", "rank": 1}, {"slug": "q30", "label": "30 %", "rank": 2, "status_quo": True}],
}  # fmt: skip
LOOK = {
    "party": "northshore",
    "issue": "quota",
    "looked_on": "2024-06-01",
    "where": "the ministry's site",
}
CHECK = {"text": "“Not one drop less,” said Mara Venn.", "exact": "Not one drop less"}
WHY = {"reason": "The office was wrong."}

OPERATIONS = {
    ("get", "/api/v1/negotiations"): Operation("List negotiations", list[shapes.NegotiationView]),
    ("post", "/api/v1/negotiations"): Operation("Begin to follow a negotiation", shapes.Negotiation, NegotiationInput, NEGOTIATION),
    ("get", N): Operation("Read a negotiation with its parties and issues", shapes.Negotiation),
    ("patch", N): Operation("Correct a negotiation", shapes.Negotiation, NegotiationInput, {"title": "Lake Orin treaty", **WHY}),
    ("get", "/api/v1/parties"): Operation("List parties", list[shapes.Party]),
    ("post", "/api/v1/parties"): Operation("Put a party on file", shapes.Party, PartyInput, PARTY),
    ("get", "/api/v1/parties/{party}"): Operation("Read a party", shapes.Party),
    ("patch", "/api/v1/parties/{party}"): Operation("Correct a party", shapes.Party, PartyInput, {"name": "North Shore", **WHY}),
    ("get", f"{N}/parties"): Operation("List who takes part", list[shapes.Participation]),
    ("post", f"{N}/parties"): Operation("Seat a party", shapes.Participation, ParticipationInput, {"party": "northshore", "role": "principal"}),
    ("get", f"{N}/parties/{{party}}"): Operation("Read a party's part", shapes.Participation),
    ("patch", f"{N}/parties/{{party}}"): Operation("Correct a party's part", shapes.Participation, ParticipationInput, {"role": "mediator", **WHY}),
    ("get", "/api/v1/speakers"): Operation("List speakers", list[shapes.Speaker]),
    ("post", "/api/v1/speakers"): Operation("Put a speaker on file", shapes.Speaker, SpeakerInput, SPEAKER),
    ("get", "/api/v1/speakers/{speaker_id}"): Operation("Read a speaker", shapes.Speaker),
    ("patch", "/api/v1/speakers/{speaker_id}"): Operation("Correct a speaker", shapes.Speaker, SpeakerInput, {"office": "Minister", **WHY}, errors=(409,)),
    ("get", f"{N}/issues"): Operation("List issues with their options", list[shapes.Issue]),
    ("post", f"{N}/issues"): Operation("Put a question on the table", shapes.Issue, IssueInput, ISSUE),
    ("get", f"{N}/issues/{{issue}}"): Operation("Read an issue", shapes.Issue),
    ("patch", f"{N}/issues/{{issue}}"): Operation("Correct an issue or its options", shapes.Issue, IssuePatch, {"options": [{"slug": "q20", "retired": True}], **WHY}),
    ("get", "/api/v1/sources"): Operation("List sources", list[shapes.Source]),
    ("post", "/api/v1/sources"): Operation("Put a source on file", shapes.Source, SourceInput, SOURCE),
    ("get", "/api/v1/sources/{source_id}"): Operation("Read a source", shapes.Source),
    ("patch", "/api/v1/sources/{source_id}"): Operation("Correct a source, or put its text on file", shapes.Source, SourceInput, {"published_on": "2024-05-15", **WHY}, errors=(409,)),
    ("get", f"{N}/matrix"): Operation("Read the matrix", analyses.Matrix),
    ("get", f"{N}/common-ground"): Operation("Read the common ground", analyses.CommonGround),
    ("get", f"{N}/agreement"): Operation("Read the agreement of each pair of parties", analyses.Agreement),
    ("get", f"{N}/changes"): Operation("List moves", list[analyses.Move], beside=(("corrections", list[Correction]),)),
    ("get", f"{N}/timeline"): Operation("Read what was current when", analyses.Timeline),
    ("get", f"{N}/coverage"): Operation("Read what is missing or weak", analyses.Coverage),
    ("get", f"{N}/looks"): Operation("List looks", list[shapes.Look]),
    ("post", f"{N}/looks"): Operation("Note a look", shapes.Look, LookInput, LOOK),
    ("get", "/api/v1/positions"): Operation("List positions", list[PositionView], errors=(401, 403)),
    ("post", "/api/v1/positions"): Operation("State a position", PositionView, PositionInput, POSITION, beside=(("warnings", list[shapes.Fault]),)),
    ("get", "/api/v1/positions/{position_id}"): Operation("Read a position", PositionView, errors=(401,)),
    ("patch", "/api/v1/positions/{position_id}"): Operation("Correct, publish or restore a position", PositionView, PositionPatch, {"firmness": "red_line", **WHY}, beside=(("warnings", list[shapes.Fault]),), errors=(409,)),
    ("post", "/api/v1/positions/{position_id}/retract"): Operation("Retract a position", PositionView, RetractInput, WHY),
    ("get", "/api/v1/positions/{position_id}/versions"): Operation("List a position's versions", list[PositionView], errors=(401,)),
    ("get", "/api/v1/positions/{position_id}/versions/{version}"): Operation("Read one version of a position", PositionView, errors=(401,)),
    ("get", "/api/v1/quotes/{quote_id}"): Operation("Read a quote", shapes.Quote, errors=(401,)),
    ("post", "/api/v1/quotes/check"): Operation("Check words against a text", shapes.QuoteCheck, CheckInput, CHECK, meta=False),
    ("get", "/api/v1/changes"): Operation("Follow everything that becomes public", list[shapes.Entry]),
    ("get", f"{N}/releases"): Operation("List releases", list[ReleaseView]),
    ("get", f"{N}/releases/{{number}}"): Operation("Read a release", ReleaseView),
    ("get", "/api/v1/search"): Operation("Search", list[Hit]),
}  # fmt: skip
PARAMETERS = {
    "slug": "The negotiation, by its slug.",
    "party": "A party, by its slug.",
    "issue": "An issue, by its slug.",
    "negotiation": "Only of this negotiation, by its slug.",
    "position_id": "The position's number.",
    "number": "The number of the release, from 1.",
    "version": "The number of the version, from 1.",
    "quote_id": "The quote's number.",
    "source_id": "The source's number.",
    "speaker_id": "The speaker's number.",
    "firmness": "Only positions as firm as this; may be repeated.",
    "limit": "How many at most.",
    "cursor": "From `meta.next`: where to go on.",
    "sort": "`stated_on` in the order in which it was said, `recorded_at` in that of the newest versions; `-` for descending.",
    "known_at": "What the database held at this instant; default: now.",
}
