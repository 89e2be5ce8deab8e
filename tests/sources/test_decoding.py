"""Test by which encoding a file is read, and that a guess is reported as one."""

import codecs

import pytest

from app.sources.extraction.decoding import decode, decode_html, reread

RUSSIAN, FRENCH = "Мы согласны с предложением.", "Le café est fermé. " * 3


@pytest.mark.parametrize(
    ("data", "text", "encoding", "guessed"),
    [
        (b"plain", "plain", "utf-8", False),
        (RUSSIAN.encode(), RUSSIAN, "utf-8", False),
        (codecs.BOM_UTF8 + RUSSIAN.encode(), RUSSIAN, "utf-8", False),
        (RUSSIAN.encode("utf-16"), RUSSIAN, "utf-16", False),
        (codecs.BOM_UTF16_BE + RUSSIAN.encode("utf-16-be"), RUSSIAN, "utf-16", False),
        (RUSSIAN.encode("windows-1251"), RUSSIAN, "windows-1251", True),
        (FRENCH.encode("windows-1252"), FRENCH, "windows-1252", True),
        (b"a\r\nb\rc", "a\nb\nc", "utf-8", False),
    ],
)
def test_decode(data: bytes, text: str, encoding: str, guessed: bool) -> None:
    found = decode(data)
    assert (found.text, found.encoding, found.guessed) == (text, encoding, guessed)
    assert bool(found.others) == guessed


@pytest.mark.parametrize("data", [b"a\0b", b"\xff\xfea", bytes(range(256))])
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(ValueError):
        decode(data)


def test_a_page_is_read_by_what_it_declares_and_by_what_it_is_where_that_is_false() -> None:
    declared = f'<meta charset="windows-1251"><p>{RUSSIAN}'.encode("windows-1251")
    assert decode_html(declared).encoding == "windows-1251"
    false = f'<meta charset="ascii"><p>{RUSSIAN}'.encode()
    assert decode_html(false).text.endswith("едложением.")
    assert decode_html(b"<meta charset=nonsense><p>x").encoding == "utf-8"


def test_a_guess_can_be_read_the_other_way() -> None:
    wrong = RUSSIAN.encode("windows-1251").decode("windows-1252")
    assert reread(wrong, "windows-1252", "windows-1251") == RUSSIAN
    with pytest.raises(ValueError):
        reread(wrong + "日本", "windows-1252", "windows-1251")
    with pytest.raises(ValueError):
        reread(wrong, "windows-1252", "utf-8")


@pytest.mark.parametrize(
    ("data", "text", "encoding"),
    [
        (b"<meta charset=windows-1251>" + RUSSIAN.encode(), RUSSIAN, "utf-8"),
        (b"<meta charset=KOI8-R>" + RUSSIAN.encode("koi8-r"), RUSSIAN, "koi8-r"),
        ("<meta charset=latin1>“a”".encode("windows-1252"), "“a”", "windows-1252"),
        ("<meta charset=gb2312>停战协议".encode("gb18030"), "停战协议", "gbk"),
        ("<meta charset=x-sjis>停戦".encode("cp932"), "停戦", "shift_jis"),
        ("<meta charset=utf-16><p>é".encode(), "é", "utf-8"),
        ("<!-- <meta charset=koi8-r> --><p>é".encode(), "é", "utf-8"),
        (f"<meta charset=utf-8><p>{RUSSIAN}".encode() + b"\xe9", f"{RUSSIAN}\ufffd", "utf-8"),
        (codecs.BOM_UTF8 + "<meta charset=koi8-r>é".encode(), "é", "utf-8"),
        (f"<p>{RUSSIAN}".encode("windows-1251"), RUSSIAN, "windows-1251"),
    ],
)
def test_a_page_is_read_as_a_browser_reads_it(data: bytes, text: str, encoding: str) -> None:
    found = decode_html(data)
    assert (found.text.split(">")[-1], found.encoding) == (text, encoding)
