"""Test that links of quotes lose the words around them that are redacted."""

from tests.redaction.test_redacting import redact
from tests.support.factories import quote
from tests.support.fixtures import Lake

SECRET = "the harbour master was paid"
TEXT = (
    f"He said: {SECRET}. No deal, he said. {'And so on. ' * 200}\n\nShe said so too: no deal, ever."
)


def test_words_beside_a_quote_go_from_its_link_when_they_are_redacted(lake: Lake) -> None:
    source = lake.ada.source(text=TEXT)["id"]
    secret = lake.ada.state(quotes=[quote(SECRET, source)])["quotes"][0]
    beside, far = lake.ada.state(
        "south", quotes=[quote("No deal", source), quote("no deal, ever", source)]
    )["quotes"]
    assert "master%20was%20paid" in beside["link"] and "so%20too" in far["link"]
    redact(lake, "quote", secret["id"])
    for number, expected in (
        (secret["id"], None),
        (beside["id"], beside["source"]["url"]),
        (far["id"], far["link"]),
    ):
        assert lake.stranger.get(f"/quotes/{number}").data["link"] == expected
