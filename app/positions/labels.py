"""Name the fields of positions and quotes as pages show them: forms, differences and messages."""

POSITION = {
    "party": "Party",
    "issue": "Issue",
    "act": "Kind of statement",
    "summary": "Summary",
    "firmness": "Firmness",
    "stated_on": "Date stated",
    "salience": "Salience",
    "reason": "Reason",
}
WHOLE = {"status": "Status", "links": "Links"}  # set by buttons, or by several fields
# The days of a period as editors narrow it, and as it was computed in the end.
NARROWED = {"stated_from": "Not before", "stated_by": "Not after"}
PERIOD = {"stated_from": "Stated from", "stated_by": "Said no later than"}

QUOTE = {
    "source": "Source",
    "exact": "Quote",
    "prefix": "Text just before",
    "suffix": "Text just after",
    "kind": "Kind of quote",
    "speaker": "Speaker",
    "office": "Office",
    "said_on": "Said on",
    "language": "Language",
    "translated_from": "Translated from",
    "translation": "Our translation",
}
