"""Test that a link from elsewhere cannot claim that something was done here."""

import pytest

from tests.support.fixtures import Lake

CLAIMS = {
    "/sources/1?told=corrected": "Correction of the source saved.",
    "/n/lake/code-book?did=saved&it=issues/quota": "Saved: ",
    "/n/lake/drafts?did=discard&count=40": "40 drafts discarded.",
    "/n/lake/review?did=publish&count=40": "40 drafts published.",
    "/n/lake/import?new=40&same=0": "40 positions were imported",
}


@pytest.mark.parametrize("address", CLAIMS)
def test_only_a_page_of_ours_leads_to_what_was_done(lake: Lake, address: str) -> None:
    assert CLAIMS[address] in lake.ada.page(address).text
    for site in ("cross-site", "same-site", "none"):
        headers = {"Cookie": str(lake.ada.cookie), "Sec-Fetch-Site": site}
        shown = lake.ada.client.get(address, headers=headers)
        assert shown.status_code == 200 and CLAIMS[address] not in shown.text


def test_a_draft_named_by_a_link_is_not_said_to_be_done(lake: Lake) -> None:
    number = lake.ada.state("north", "quota", status="draft")["id"]
    address, words = f"/n/lake/drafts?done={number}", f'<a href="/positions/{number}">'
    assert words in lake.ada.page(address).text
    headers = {"Cookie": str(lake.ada.cookie), "Sec-Fetch-Site": "cross-site"}
    assert words not in lake.ada.client.get(address, headers=headers).text
