"""Say in plain text whose words a quote has, and whether they were checked, as its page does."""

from collections.abc import Mapping

from app.core.dates import display
from app.http.templating import language
from app.models.vocabulary import QuoteKind, Verification
from app.positions.views import QuoteView

# What is said of a quote that is not verified; as on its page.
CHECKS: Mapping[str, str] = {
    Verification.ATTESTED: "checked elsewhere",
    Verification.AMBIGUOUS: "appears more than once in the source",
    Verification.MISMATCH: "does not match the source’s text",
    Verification.UNVERIFIED: "not checked: the source’s text is not saved",
}


def quote_facts(q: QuoteView, party: str, names: Mapping[str, str]) -> list[str]:
    """Return whose words they are, when they were said, and what was translated.

    `party` is that of the position, `names` those of all parties, by slug.
    """
    facts = [_who(q, party, names)]
    if q.kind == QuoteKind.REPORTED and q.speaker:
        facts.append("the source’s report, not the speaker’s own words")
    facts.append(f"said {display(q.said_on)}" if q.said_on else "date not given")
    if q.translated_from:
        facts.append(f"printed in translation from {language(q.translated_from)}")
    return facts


def _who(q: QuoteView, party: str, names: Mapping[str, str]) -> str:
    if q.speaker is None:
        if q.kind == QuoteKind.REPORTED:
            return f"Reported by {q.source.publisher or 'the source'}, no speaker named"
        return "No speaker named"
    s = q.speaker
    who = ", ".join(filter(None, [s.name, s.office, names.get(s.party or "", s.party)]))
    if s.party and s.party != party:
        return f"{who}, speaking about {names.get(party, party)}"
    return who
