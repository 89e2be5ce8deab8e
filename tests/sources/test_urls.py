"""Test that deceptive addresses are refused, or shown as what they are."""

import pytest
from selectolax.lexbor import LexborHTMLParser

from tests.support.factories import source
from tests.support.fixtures import Lake

UNSEEN = {
    "https://exa\u200bmple.org/a": "the invisible character U+200B ZERO WIDTH SPACE in the name of "
    "its"
    " site (character 12)",
    "https://\u202egro.elpmaxe/": "U+202E RIGHT-TO-LEFT OVERRIDE",
    "https://exa\u00admple.org": "U+00AD SOFT HYPHEN",
    "https://exa\u3164mple.org": "U+3164 HANGUL FILLER",
    "https://exa%E2%80%8Bmple.org": "cannot exist",
    "https://☃.example": "cannot exist",
}


@pytest.mark.parametrize("field", ["url", "archive_url"])
def test_a_site_with_what_nobody_sees_in_its_name_is_refused(lake: Lake, field: str) -> None:
    for address, why in UNSEEN.items():
        answer = lake.ada.post("/sources", source(**{field: address}))
        assert answer.status == 422
        [error] = answer.json["errors"]
        assert error["pointer"] == f"/{field}"
        assert why in error["detail"]
        form = lake.ada.browse(
            "POST", "/sources/new", data={"title": "T", "url": "https://a.example", field: address}
        )
        assert form.status_code == 422
        assert why in LexborHTMLParser(form.text).text()
    assert lake.ada.patch("/sources/1", {field: "https://a\u2066.example"}).status == 422


def test_elsewhere_in_an_address_it_is_told_by_its_bytes(lake: Lake) -> None:
    made = lake.ada.source(url="https://news.example/\u202egnp.exe?a=\u200b#\ufeff")
    assert made["url"] == "https://news.example/%E2%80%AEgnp.exe?a=%E2%80%8B#%EF%BB%BF"
    assert (
        lake.ada.post("/sources", source(url="https://news.example/\u202egnp.exe?a=\u200b")).status
        == 409
    )


def test_a_site_that_looks_like_another_is_shown_in_plain_letters(lake: Lake) -> None:
    for address, shown in {
        "https://exаmple.com/a": "https://xn--exmple-4nf.com/a",  # a Cyrillic а
        "https://президент.рф/новости": "https://президент.рф/новости",
    }.items():
        made = lake.ada.source(url=address, archive_url=address)
        page = LexborHTMLParser(lake.stranger.page(f"/sources/{made['id']}").text)
        said = [link.text() for link in page.css("dd a[rel~=external]")]
        assert said == [shown, shown]
