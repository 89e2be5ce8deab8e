"""Test PDF files as programs write them: what is read, and what is refused."""

import re
from pathlib import Path

import pytest
from typer.testing import CliRunner

from app.cli.main import cli
from app.models.vocabulary import Verification
from app.sources.extraction.process import UnreadableFile, extract
from app.sources.extraction.readers.pdf import PAGES
from app.sources.matching.anchor import check
from tests.sources import make
from tests.sources.test_pages import send, text_of, values
from tests.support.browser import chromium
from tests.support.fixtures import Lake

SAID = "The gauge stays as it is."
PICTURE = b"q 500 0 0 700 50 50 cm BI /W 1 /H 1 /CS /G /BPC 8 ID \x00 EI Q"


async def read(data: bytes) -> str:
    return (await extract(data, "x.pdf")).text


def verified(text: str, words: str) -> bool:
    return check(text, words).verification == Verification.VERIFIED


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("info", "fields"),
    [
        ("<</CreationDate(D:)>>", {}),
        ("<</CreationDate(10/2/2024 01:48:09)>>", {}),
        ("<</CreationDate(D:20241399)>>", {}),
        ("<</CreationDate 5/Title[1 2]/Author 9 0 R>>", {}),
        ("<</CreationDate(D:20250310120000+01'00')>>", {"published_on": "2025-03-10"}),
        ("<</Title<FEFFD800>/Author(Jo)>>", {"author": "Jo"}),
        ("<</Title(A\\000note\\001 on rails)>>", {"title": "A note on rails"}),
        ("[1]", {}),
    ],
)
async def test_nothing_that_a_pdf_says_of_itself_keeps_its_text_back(
    info: str, fields: dict[str, str]
) -> None:
    found = await extract(make.pdf(SAID, info=info), "x.pdf")
    assert (found.text, found.fields) == (SAID, fields)


@pytest.mark.anyio
async def test_a_pdf_that_opens_without_a_password_is_read_and_another_says_what_to_do() -> None:
    assert await read(make.pdf(SAID, encrypt="")) == SAID
    with pytest.raises(UnreadableFile, match="password: save it without one"):
        await read(make.pdf(SAID, encrypt="secret"))


@pytest.mark.anyio
@pytest.mark.parametrize(
    ("data", "why"),
    [
        (make.pdf(stream=PICTURE), "pictures.*text recognition"),
        (make.pdf(SAID, times=PAGES + 1), "more than 2,000 pages: split it"),
        (make.pdf(SAID)[:400], "damaged"),
        (make.pdf(SAID).replace(b"/Type/Page/Parent", b"/Type/Xage/Parent"), "damaged"),
    ],
    ids=["pictures", "pages", "cut", "no-page"],
)
async def test_a_pdf_that_cannot_be_read_says_why(data: bytes, why: str) -> None:
    with pytest.raises(UnreadableFile, match=why):
        await read(data)


def test_nothing_is_stored_of_a_pdf_that_cannot_be_read(
    lake: Lake, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("DATABASE_URL", lake.database.url)
    before = lake.ada.get("/sources").data
    for name, data in {
        "many.pdf": make.pdf(SAID, times=PAGES + 1),
        "cut.pdf": make.pdf(SAID)[:400],
    }.items():
        answer = send(
            lake.ada,
            "/sources/new",
            {"title": "Typed", "url": "https://new.example/"},
            (name, data),
        )
        assert answer.status_code == 422 and text_of(answer, "#error-file")
        (tmp_path / name).write_bytes(data)
        done = CliRunner().invoke(cli, ["text", "1", str(tmp_path / name)])
        assert done.exit_code == 1 and "Traceback" not in done.output
    assert lake.ada.get("/sources").data == before


@pytest.mark.anyio
async def test_a_hyphen_at_the_end_of_a_line_is_read_in_both_ways_and_only_there() -> None:
    lines = (
        "We recog-",
        "nise the long-",
        "term plan of the on-line press, and",
        "no other plan - none.",
    )
    text = await read(make.pdf(*lines))
    for words in (
        "We recognise the long-term plan",
        "recog-nise",
        "the longterm plan",
        "no other plan - none",
    ):
        assert verified(text, words), words
    for words in ("recog nise", "the long term plan", "online press", "plan-none"):
        assert not verified(text, words), words


@pytest.mark.anyio
async def test_columns_are_read_one_after_the_other() -> None:
    left = ("We will not move the", "gauge of the line to", "Sarn, whatever the")
    right = ("other side may say of", "it, the minister told", "the assembly.")
    lines = [
        (x, 700 - 14 * n, 11, line)
        for x, some in ((50, left), (300, right))
        for n, line in enumerate(some)
    ]
    assert await read(make.pdf(stream=make.placed(*lines))) == " ".join(left + right)


@pytest.mark.anyio
async def test_heads_and_feet_of_pages_do_not_part_a_sentence() -> None:
    said = (
        "The terms have to be",
        "in writing before any",
        "train may leave Sarn",
        "for the lake again.",
    )
    pages = [
        make.placed(
            (50, 800, 8, "Minutes of the assembly"),
            (50, 700, 11, line),
            (290, 30, 8, f"{n} / {len(said)}"),
        )
        for n, line in enumerate(said, 1)
    ]
    text = await read(make.pdf_of_pages(*pages))
    assert verified(text, " ".join(said))
    assert text.count("Minutes") == 1 and "/" not in text


# A tilde is a soft hyphen: words are divided even if Chromium has no dictionary.
SENTENCES = (
    "The ﬁnal oﬀer of the dele~ga~tion is an un~con~di~tion~al ac~knowl~edge~ment of the long-term"
    " pact.",
    "We recog~nise the inter~na~tion~ally guar~an~teed har~bour, and will re~con~sider noth~ing"
    " else.",
    "“Nobody signs a paper that they have not read,” the spokes~woman of the neigh~bouring town"
    " said.",
)
PRINT = (
    "<!doctype html><html lang='en'><meta charset='utf-8'><style>"
    "body{font:15px/1.4 'DejaVu Serif',serif;width:11em;text-align:justify;hyphens:auto}</style>"
    + "".join(f"<p>Statement {n}. {' '.join(SENTENCES)}</p>" for n in range(4)).replace(
        "~", "\u00ad"
    )
)


@pytest.mark.browser
def test_what_chromium_prints_is_read_as_it_is_seen(lake: Lake) -> None:
    with chromium() as browser:
        page = browser.new_page()
        page.set_content(PRINT)
        printed = page.pdf(
            format="A5",
            display_header_footer=True,
            header_template="<p style='font-size:8px'>Minutes of the assembly</p>",
            footer_template="<p style='font-size:8px'><span class='pageNumber'></span></p>",
            margin={"top": "20mm", "bottom": "20mm"},
        )
    text = values(send(lake.ada, "/sources/new", {"title": "x"}, ("x.pdf", printed)))["text"]
    said = " ".join(SENTENCES).replace("ﬁ", "fi").replace("ﬀ", "ff").replace("~", "")
    assert re.search(r"\w[-‐]\n\w", text)
    for n in range(4):
        assert verified(text, f"Statement {n}. {said}")
        assert not verified(text, f"Statement {n}. {said.replace('offer', 'offers')}")
    assert text.count("Minutes of the assembly") == 1


@pytest.mark.anyio
@pytest.mark.parametrize("spaced", ["1.2", "1.8", "3"])
async def test_a_word_that_is_spaced_out_stays_whole(spaced: str) -> None:
    line = (
        f"BT /F1 12 Tf 50 700 Td (We will of ) Tj {spaced} Tc (never is) Tj 0 Tc ( sign any"
        " paper.) Tj ET"
    )
    assert await read(make.pdf(stream=line.encode())) == "We will of never is sign any paper."


@pytest.mark.anyio
@pytest.mark.parametrize("before", ["", "(We had ) Tj "])
async def test_numbers_beside_one_another_are_not_one(before: str) -> None:
    line = (
        f"BT /F1 12 Tf 50 700 Td {before}[(1) -300 (2) -300 (3) -300 (4) -300 (5)] TJ ( trains)"
        " Tj ET"
    )
    assert (await read(make.pdf(stream=line.encode()))).endswith("1 2 3 4 5 trains")


@pytest.mark.anyio
async def test_big_initials_belong_to_their_lines_also_where_they_are_written_first() -> None:
    lines = [(50, 676, 36, "W"), (50, 576, 36, "N")]
    for base, some in (
        (700, ("e will not move it,", "he said in Sarn.")),
        (600, ("obody will, he said,", "and left the lake.")),
    ):
        lines += [(86, base - 14 * n, 11, line) for n, line in enumerate(some)]
    text = await read(make.pdf(stream=make.placed(*lines)))
    assert text.split("\n\n") == [
        "We will not move it, he said in Sarn.",
        "Nobody will, he said, and left the lake.",
    ]
