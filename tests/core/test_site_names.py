"""Test host names: impossible ones are refused, deceptive ones shown in punycode."""

import pytest

from app.core.site_names import check_host, show_address

THERE = [
    "example.org", "localhost", "a_b.example.org", "r4---sn-q4f.example.org", "x-.example.org",
    "192.0.2.1", "2001:db8::1",
    "example.org.", "президент.рф", "münchen.de", "faß.de", "xn--e1afmkfd.xn--p1ai", "例え.テスト",
    "דוגמה.co.il", "аррӏе.com",
]  # fmt: skip
NOWHERE = [
    "exa mple.org", "a..b", "☃.net", "exa%6dple.org", "%e2%80%aeexample.org", "xn--a.org",
    "xn--abc.com", ".", "a" * 64 + ".org", ".".join(["abc"] * 70), "aא.org", "\u0301a.org",
    "exa!mple.org",
]  # fmt: skip
SHOWN = [
    ("https://example.org/a?b#c", "https://example.org/a?b#c"),
    ("https://президент.рф/новости", "https://президент.рф/новости"),
    ("https://münchen.de:8080/ö", "https://münchen.de:8080/ö"),
    ("https://аррӏе.com/a", "https://xn--80ak6aa92e.com/a"),  # Cyrillic to the last letter
    ("https://exаmple.com/a", "https://xn--exmple-4nf.com/a"),
    ("https://яndex.ru/", "https://xn--ndex-k8d.ru/"),
    ("https://exa\u200bmple.org/", "https://exa%E2%80%8Bmple.org/"),
    ("https://example.org/\u202egnp.exe", "https://example.org/%E2%80%AEgnp.exe"),
    ("https://[/\u202e", "https://[/%E2%80%AE"),
]


@pytest.mark.parametrize("host", THERE)
def test_a_site_there_can_be(host: str) -> None:
    check_host(host)


@pytest.mark.parametrize("host", NOWHERE)
def test_a_site_there_cannot_be(host: str) -> None:
    with pytest.raises(ValueError, match="cannot exist"):
        check_host(host)


@pytest.mark.parametrize(("address", "shown"), SHOWN)
def test_an_address_is_shown_for_what_it_is(address: str, shown: str) -> None:
    assert show_address(address) == shown
