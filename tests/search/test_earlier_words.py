"""Test that texts stored before ligatures were read as letters are found after an upgrade."""

from alembic import command

from app.db import schema
from tests.support.factories import quote
from tests.support.fixtures import Lake
from tests.support.logged import verified


def test_ligatures_on_file_are_indexed_anew(lake: Lake) -> None:
    ada = lake.ada
    source = ada.source(
        title="A ﬁrst report", author="Oﬀe", text="They call it a ﬁnal oﬀer, and will aﬃrm it."
    )["id"]
    ada.state(
        quotes=[quote("a ﬁnal oﬀer, and will aﬃrm", source, translation="das ﬁnale Angebot")],
        summary="Aﬃrms", conditions={"q40": "the ﬂood ends"},
    )  # fmt: skip
    assert ada.patch("/parties/north", {"aliases": ["Nordﬂut", "Plain"]}).status == 200
    assert (
        ada.patch(
            "/negotiations/lake/issues/quota", {"notes": "no word of search", "title": "Oﬃce"}
        ).status
        == 200
    )
    assert verified(lake) == []

    with schema.connected(lake.database.owner_url) as connection:
        config = schema.config()
        config.attributes["connection"] = connection
        command.downgrade(config, "20261124_0011")
        connection.commit()
    found = lake.stranger.get("/search", q="affirms")
    assert (found.status, found.data) == (200, []) and len(verified(lake)) > 3

    schema.migrate(lake.database.owner_url, lake.database.url)
    assert verified(lake) == []
    for q, types in {
        "flood": ["position"], "Nordflut": ["party"], "office": ["issue"], "Offe first": ["source"],
        "final": ["position", "quote"],
    }.items():  # fmt: skip
        assert sorted({hit["type"] for hit in lake.stranger.get("/search", q=q).data}) == types, q
