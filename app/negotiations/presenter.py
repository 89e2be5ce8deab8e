"""Present what belongs to a negotiation for the API, from snapshots of the log."""

from collections.abc import Mapping

from app.log.documents import ParticipationDocument, PartyDocument, SpeakerDocument
from app.log.reader import Snapshot
from app.models.vocabulary import PartyRole
from app.negotiations.code_book import (
    CodeBook,
    issue_views,
    merged_into,
    negotiation_view,
    party_views,
)
from app.negotiations.issue_schemas import Issue
from app.negotiations.schemas import Negotiation, Participation, Party, Speaker
from app.negotiations.views import IssueView


def negotiation_json(book: CodeBook) -> Negotiation:
    """Return a negotiation with its parties, issues and options."""
    view = negotiation_view(book.negotiation)
    return {
        "slug": view.slug,
        "title": view.title,
        "summary": view.summary,
        "status": view.status,
        "coded_through": view.coded_through,
        "licence": view.licence,
        "contact": view.contact,
        "method": view.method,
        "review": view.review,
        "invented": view.invented,
        "parties": party_views(book),
        "issues": issue_views(book),
    }


def party_json(s: Snapshot[PartyDocument]) -> Party:
    """Return a party as the API shows it."""
    return {
        "slug": s.data["slug"],
        "name": s.data["name"],
        "short_name": s.data["short_name"],
        "kind": s.data["kind"],
        "aliases": s.data["aliases"],
        "wikidata_id": s.data["wikidata_id"],
    }


def participation_json(
    s: Snapshot[ParticipationDocument],
    parties: Mapping[int, Snapshot[PartyDocument]],
    negotiation: str,
) -> Participation:
    """Return a participation as the API shows it.

    `parties` has its party and the one that it was merged into, by id.
    """
    party, into = parties[s.data["party_id"]].data, merged_into(s)
    return {
        "negotiation": negotiation,
        "party": party["slug"],
        "name": party["name"],
        "role": PartyRole(s.data["role"]),
        "consent_required": s.data["consent_required"],
        "order": s.data["ordinal"],
        "merged_into": parties[into].data["slug"] if into else None,
    }


def speaker_json(
    s: Snapshot[SpeakerDocument], parties: Mapping[int, Snapshot[PartyDocument]]
) -> Speaker:
    """Return a speaker as the API shows it; `parties` has the speaker's party, by id."""
    return {
        "id": s.id,
        "uid": s.data["uid"],
        "name": s.data["name"],
        "office": s.data["office"],
        "party": parties[s.data["party_id"]].data["slug"] if s.data["party_id"] else None,
        "aliases": s.data["aliases"],
    }


def issue_json(view: IssueView, negotiation: str) -> Issue:
    """Return an issue as the API shows it, with the slug of its negotiation."""
    return {
        "negotiation": negotiation,
        "slug": view.slug,
        "title": view.title,
        "question": view.question,
        "group": view.group,
        "ordered": view.ordered,
        "options": view.options,
        "notes": view.notes,
        "order": view.order,
    }
