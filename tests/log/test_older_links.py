"""Test links of quotes checked before links were stored: earlier moments show what they showed."""

from tests.matrix.test_statements import forget
from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.worlds import connect

LINES = "we accept the dam and all that comes with it\nand not one of us will ever go back on it"


def test_links_are_kept_as_they_were_made(lake: Lake) -> None:
    paper = lake.ada.source(text=f"She said: {LINES}.", url="https://lake.example/a#part")["id"]
    pdf = lake.ada.source(text="No deal, he said.", url="https://lake.example/a.pdf")["id"]
    wanted = [
        quote(LINES.replace("\n", " "), paper),
        quote("No deal", pdf),
        quote("the dam and", paper),
    ]
    number = lake.ada.state(quotes=wanted)["id"]
    with connect(lake.database.owner_url) as connection:
        connection.execute("ALTER TABLE quote_check DISABLE TRIGGER USER")
        connection.execute("UPDATE quote_check SET fragment = NULL, page = NULL")
    forget(lake)
    links = [q["link"] for q in lake.stranger.get(f"/positions/{number}").data["quotes"]]
    assert links == [
        "https://lake.example/a#part:~:text=" + LINES.replace("\n", " ").replace(" ", "%20"),
        "https://lake.example/a.pdf",
        "https://lake.example/a#part:~:text=She%20said%3A%20we%20accept-,the%20dam%20and,"
        "-all%20that%20comes%20with%20it",
    ]
    with_them = lake.stranger.get("/changes", limit=500).data
    assert [q["link"] for q in with_them[-1]["data"]["quotes"]] == links
