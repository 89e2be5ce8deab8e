"""How many statements each way through Parley costs the database, whatever is stored."""

import pytest

from app.core.memory import Memory
from tests.spreadsheet.make import said, sheet
from tests.support.factories import position, quote
from tests.support.fixtures import Lake
from tests.support.forms import Sheet
from tests.support.statements import statements

# Of a signed-in editor, so that his token is one of them: at first, and once the process knows the
# code book, the versions and the rows shown.
READING = {
    "/n/lake": (11, 4),
    "/n/lake?as_of=2025-01-01": (11, 4),
    "/n/lake?since=2024-01-01&firmness=demand&q=forty": (16, 4),
    "/n/lake?view=atlas": (11, 4),
    "/n/lake?view=age&transpose=1": (11, 4),
    "/n/lake?view=atlas&order=likeness&only=differing&mark=dam/open": (13, 4),
    "/n/lake?view=atlas&hide_party=council&issue_order=name": (12, 4),
    "/n/lake?view=atlas&open=north/quota": (17, 6),
    "/n/lake/cells/north/quota": (13, 4),
    "/n/lake/common-ground": (14, 4),
    "/n/lake/changes?from=2023-01-01": (13, 4),
    "/n/lake/agreement": (8, 4),
    "/n/lake/timeline": (12, 4),
    "/n/lake/timeline?issue=quota": (12, 4),
    "/n/lake/compare?party=north&party=south": (17, 4),
    "/n/lake/packages": (11, 4),
    "/n/lake/contradictions": (18, 4),
    "/api/v1/negotiations/lake/contradictions": (16, 4),
    "/n/lake/parties/north": (18, 9),
    "/n/lake/issues/quota": (14, 7),
    "/parties/north": (9, 9),
    "/positions/1": (9, 5),
    "/quotes/1": (12, 9),
    "/search?q=forty": (11, 2),
    "/search?q=forty&firmness=demand": (11, 2),
    "/api/v1/negotiations/lake": (3, 2),
    "/api/v1/negotiations/lake/matrix": (10, 3),
    "/api/v1/negotiations/lake/common-ground": (10, 5),
    "/api/v1/positions?negotiation=lake": (8, 4),
    "/api/v1/positions/1": (8, 4),
    "/api/v1/speakers": (3, 3),
    "/api/v1/negotiations/lake/parties": (5, 5),
    "/api/v1/negotiations/lake/issues": (5, 5),
}


def forget(lake: Lake) -> None:
    """Let the process know nothing, as after its start."""
    sessions = lake.app.state.sessions
    shelves: dict[str, Memory] = sessions.kw["info"]
    sessions.configure(info={name: Memory(kept.most_bytes) for name, kept in shelves.items()})


def cost(lake: Lake, address: str, *, stranger: bool = False) -> tuple[int, int]:
    """Count the statements of the first answer of a process, and of the second."""
    forget(lake)
    reader, counts = lake.stranger if stranger else lake.ada, []
    for _ in range(2):
        with statements(lake.app.state.engine) as sent:
            got = reader.uncached(address)
        assert got.status_code == 200, got.text[:500]
        counts.append(len(sent))
    return counts[0], counts[1]


def enlarge(lake: Lake) -> None:
    """Make it a matrix of 12 x 20 cells, many of them filled, with speakers, sources and looks."""
    for n in range(9):
        lake.ada.party(f"p{n}", "lake")
    for n in range(18):
        options = [{"slug": f"o{n}{i}", "label": "x", "rank": i} for i in range(3)]
        body = {"slug": f"i{n}", "title": f"Issue {n}", "ordered": True, "options": options}
        assert lake.ada.post("/negotiations/lake/issues", body).status == 201
        source = lake.ada.source()["id"]
        said = quote("words", source, speaker={"office": f"Clerk {n}"})
        body = position(
            f"p{n % 9}", f"i{n}", attitudes={f"o{n}1": "prefers"}, quotes=[said, quote()]
        )
        assert lake.ada.post("/positions", body).status == 201
        look = {"party": "council", "issue": f"i{n}", "looked_on": "2024-06-01"}
        assert lake.ada.post("/negotiations/lake/looks", look).status == 201


def test_reading_costs_the_same_however_much_is_stored(
    lake: Lake, subtests: pytest.Subtests
) -> None:
    lake.ada.state(firmness="demand", quotes=[quote("forty per cent", speaker="Mara Venn")])
    look = {"party": "south", "issue": "dam", "looked_on": "2024-06-01"}
    lake.ada.post("/negotiations/lake/looks", look)
    for address in READING:
        lake.ada.browse("GET", address)  # whatever a process asks only once
    small = {address: cost(lake, address) for address in READING}
    enlarge(lake)
    for address, most in READING.items():
        with subtests.test(address):
            assert cost(lake, address) == small[address]
            assert small[address] <= most


# Of a stranger: the moment with what has changed until then.
STRANGERS = {
    "/n/lake": 1,
    "/n/lake/cells/north/quota": 1,
    "/positions/1": 1,
    "/quotes/1": 1,
    "/api/v1/negotiations/lake/matrix": 1,
    "/api/v1/positions?negotiation=lake": 1,
    "/search?q=forty": 1,
}


@pytest.mark.parametrize(("address", "least"), STRANGERS.items())
def test_a_stranger_costs_little(lake: Lake, address: str, least: int) -> None:
    lake.ada.state(quotes=[quote("forty per cent", speaker="Mara Venn")])
    first, again = cost(lake, address, stranger=True)
    assert again == least < first


def test_a_signed_in_reader_of_a_quote_costs_little(lake: Lake) -> None:
    """The moment, and what has changed of its positions; one more finds who is signed in."""
    lake.ada.state(quotes=[quote("forty per cent", speaker="Mara Venn")])
    counts = []
    for _ in range(2):
        with statements(lake.app.state.engine) as sent:
            assert lake.vic.browse("GET", "/quotes/1").status_code == 200
        counts.append(len(sent))
    assert counts[1] == 3 < counts[0]


def test_importing_a_spreadsheet(lake: Lake) -> None:
    new = {"speaker": "Una Bell", "office": "Clerk", "speaker_party": "north"}
    one = said(exact="nobody checked", source_url="https://paper.example/a", title="A", **new)
    many = [said(stated_on=f"20{n:02}-05-14", prefers=f"q{n % 3 + 2}0") for n in range(1, 24)]
    for rows in ([one], many):
        file = {"file": ("a.csv", sheet(*rows), "text/csv")}
        form = Sheet.read(lake.ada, lake.ada.browse("POST", "/n/lake/import", files=file))
        for most in (36, 12):  # the second time it is in Parley already
            with statements(lake.app.state.engine) as sent:
                body = form.values | {"do": "import"}
                assert lake.ada.browse("POST", "/n/lake/import", data=body).status_code == 303
            assert len(sent) <= most, sent
            assert not [statement for statement in sent if "TEMP TABLE" in statement]
    assert len(lake.ada.get("/positions").data) == 24


def test_saving_a_position_by_form(lake: Lake) -> None:
    lake.ada.state("north", "quota")
    new = {"party": "north", "issue": "dam"}
    for _ in range(2):
        with statements(lake.app.state.engine) as opened:
            form = Sheet.open(lake.ada, "/n/lake/positions/new", **new)
    assert len(opened) <= 8
    filled = {
        "o-open": "prefers",
        "stated_on": "2024-05-13",
        "q-0-source_id": "1",
        "q-0-exact": quote()["exact"],
        "q-0-speaker": "Mara Venn",
    }
    with statements(lake.app.state.engine) as sent:
        assert form.post("publish", form.values | filled).number
    assert len(sent) <= 14, sent  # one counts for the menu, should the form be refused


def test_a_save_by_the_api(lake: Lake) -> None:
    """Who asks, the negotiation, cell and source, who said the same, the rows, and the entry."""
    source = lake.ada.source()["id"]
    for most in (9, 7):  # the second time the process knows the code book
        with statements(lake.app.state.engine) as sent:
            lake.ada.state(quotes=[quote("words", source)])
        assert len(sent) <= most, sent
