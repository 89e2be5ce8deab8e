"""Test e-mails against a real SMTP server: confirmed first, once each, ended by one click."""

import re
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlsplit

import pytest
from pydantic import ValidationError

from app.alerts import mail, sending
from app.alerts.sending import Sender
from app.core import clock
from app.settings import Settings
from tests.alerts.conftest import Process, deliveries
from tests.alerts.postbox import Postbox, postbox
from tests.support.factories import OTHER_WORDS, Desk, quote
from tests.support.fixtures import SETTINGS, Lake

FROM = "Parley <parley@lake.example>"
TO = "vic@lake.example"


@pytest.fixture
def box() -> Iterator[Postbox]:
    """Run a mail server."""
    with postbox() as made:
        yield made


@pytest.fixture
def process(lake: Lake, box: Postbox, process: Process) -> Process:
    """Return a process that sends by the mail server, which the application knows, too."""
    set_up = process.with_settings(smtp_url=box.url, mail_from=FROM, digest_hour=6)
    lake.app.state.settings = set_up.settings
    return set_up


@pytest.fixture(autouse=True)
def _settings_again(lake: Lake) -> Iterator[None]:
    yield
    lake.app.state.settings = SETTINGS


def ask(desk: Desk, **more: Any) -> Any:
    body = {"negotiation": "lake", "channel": "mail", "address": TO, **more}
    return desk.post("/alerts", body).data


def text_of(made: EmailMessage) -> str:
    text: str = made.get_content()
    return text.replace("\r\n", "\n")


def links(made: EmailMessage) -> list[str]:
    """Return the links in a mail, without the site."""
    return [
        found.removeprefix("http://testserver")
        for found in re.findall(r"http://testserver/\S+", text_of(made))
    ]


def confirmed(lake: Lake, process: Process, box: Postbox, **more: Any) -> Any:
    """Ask for an alert, and confirm its address."""
    made = ask(lake.vic, **more)
    process.work()
    [link] = [one for one in links(box.mails[-1]) if "/confirm" in one]
    assert lake.stranger.client.post(link).status_code == 200
    box.mails.clear()
    return made


def test_nothing_is_told_before_the_address_is_confirmed(
    lake: Lake, process: Process, box: Postbox
) -> None:
    made = ask(lake.vic)
    assert made["state"] == "unconfirmed"
    lake.ada.state()
    process.work()
    [first] = box.mails
    assert "confirm" in first["Subject"] and first["To"] == TO
    assert "List-Unsubscribe" not in first
    [link] = [one for one in links(first) if "/confirm" in one]
    # A program that follows links confirms nothing.
    shown = lake.stranger.client.get(link)
    assert shown.status_code == 200 and "Confirm it" in shown.text
    assert lake.vic.get("/alerts/1").data["state"] == "unconfirmed"
    assert lake.stranger.client.post(link).status_code == 200
    assert lake.vic.get("/alerts/1").data["state"] == "active"
    lake.ada.state(stated_on="2024-06-01", attitudes={"q30": "prefers"})
    process.work()
    assert len(box.mails) == 2 and "moved" in box.mails[1]["Subject"]
    assert ask(lake.vic)["state"] == "active", "the address is confirmed already"
    assert ask(lake.bo)["state"] == "unconfirmed", "but not for somebody else"


def test_a_move_is_told_in_plain_text_with_its_quote(
    lake: Lake, process: Process, box: Postbox
) -> None:
    confirmed(lake, process, box)
    lake.ada.state(firmness="red_line")
    process.work()
    [made] = box.mails
    text = text_of(made)
    assert made["Subject"] == "Lake treaty: Northshore on Water quota, new"
    assert made.get_content_type() == "text/plain"
    assert made["From"] == FROM and made["Auto-Submitted"] == "auto-generated"
    assert "“We accept forty per cent and not one drop less”" in text
    assert "prefers 40 % (14 May 2024, red line)" in text
    assert "http://testserver/positions/1/versions/1" in text
    [delivery] = [d for d in deliveries(lake.vic, 1) if d["kind"] == "changes"]
    assert made["Message-ID"] == f"<{delivery['id']}@lake.example>"


def test_a_correction_is_told_as_one(lake: Lake, process: Process, box: Postbox) -> None:
    confirmed(lake, process, box)
    stated = lake.ada.state()
    process.work()
    lake.ada.correct(stated["id"], summary="Forty", reason="a word was missing")
    process.work()
    text = text_of(box.mails[1])
    assert "CORRECTED: Northshore on Water quota" in text
    assert "Reason: a word was missing" in text
    assert "this record was wrong" in text


def test_one_click_ends_it_without_signing_in(lake: Lake, process: Process, box: Postbox) -> None:
    confirmed(lake, process, box)
    lake.ada.state()
    process.work()
    [made] = box.mails
    assert made["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    address = urlsplit(str(made["List-Unsubscribe"]).strip("<>"))
    target = f"{address.path}?{address.query}"
    client = lake.stranger.client
    assert "End it" in client.get(target).text, "reading it ends nothing"
    assert lake.vic.get("/alerts/1").data["state"] == "active"
    # As a mail provider sends it: no cookie, no origin.
    got = client.post(target, data={"List-Unsubscribe": "One-Click"})
    assert got.status_code == 200 and "has ended" in got.text
    assert client.post(target).status_code == 200, "twice does no harm"
    assert lake.vic.get("/alerts/1").data["state"] == "ended"
    lake.ada.state(stated_on="2024-06-01", attitudes={"q30": "prefers"})
    assert process.work() == 0


def test_a_wrong_key_does_nothing(lake: Lake, process: Process, box: Postbox) -> None:
    confirmed(lake, process, box)
    ask(lake.bo)
    process.work()
    [other] = [one for one in links(box.mails[-1]) if "/confirm" in one]
    for path in (
        "/alerts/1/end",
        "/alerts/1/end?key=",
        "/alerts/1/end?key=%ff",
        "/alerts/1/end?key=" + "0" * 64,
        other.replace("/alerts/2/confirm", "/alerts/1/end"),
        other.replace("/alerts/2/confirm", "/alerts/2/end"),
        "/alerts/99/end?key=x",
    ):
        assert lake.stranger.client.post(path).status_code == 404, path
    assert [lake.vic.get("/alerts/1").data["state"], lake.bo.get("/alerts/2").data["state"]] == [
        "active", "unconfirmed"
    ]  # fmt: skip


def test_a_digest_is_one_mail_a_day(lake: Lake, process: Process, box: Postbox) -> None:
    confirmed(lake, process, box, channel="digest", tells="everything")
    number = lake.ada.state()["id"]
    lake.ada.state("north", "dam")
    lake.ada.correct(number, summary="Forty")
    assert process.work() == 0
    process.clock.pass_by(days=1)
    assert process.work() == 1
    [made] = box.mails
    assert made["Subject"] == "Lake treaty: 3 changes"
    text = text_of(made)
    places = [text.index(w) for w in ("NEW: Northshore on Water", "NEW: Northshore on The dam",
                                      "CORRECTED: ")]  # fmt: skip
    assert places == sorted(places)
    assert "It has been changed again since" in text
    head, *others = [d for d in reversed(deliveries(lake.vic, 1)) if d["kind"] == "changes"]
    assert made["Message-ID"] == f"<{head['id']}@lake.example>"
    assert [d["told_with"] for d in others] == [head["id"]] * 2
    assert all(d["state"] == "delivered" and d["attempts"] for d in (head, *others))
    process.clock.pass_by(days=1)
    assert process.work() == 0, "an empty day has no mail"


def test_a_digest_goes_at_its_hour(lake: Lake, process: Process, box: Postbox) -> None:
    confirmed(lake, process, box, channel="digest")
    lake.ada.state()
    process.work()
    due = lake.vic.get("/alerts/1").data["next_at"]
    assert due[11:] == "06:00:00.000000Z" and due > clock.instant(clock.now())


def test_a_digest_that_was_cut_off_tells_the_same_again_and_no_more(
    lake: Lake, process: Process, box: Postbox
) -> None:
    confirmed(lake, process, box, channel="digest")
    lake.ada.state()
    process.work()
    process.clock.pass_by(days=1)

    async def ends_between(sender: Sender) -> None:
        turn = await sending.take(sender)
        assert turn is not None
        await sending._attempt(sender, turn)

    process.do(ends_between)
    lake.ada.state("north", "dam")
    process.clock.pass_by(days=1)
    process.work()
    process.clock.pass_by(days=1)
    process.work()
    first, again, later = box.mails
    assert first["Message-ID"] == again["Message-ID"] != later["Message-ID"]
    assert text_of(first).split("-- ")[0] == text_of(again).split("-- ")[0]
    assert "The dam" in text_of(later)


def test_a_mail_server_that_is_away_is_asked_again(
    lake: Lake, process: Process, box: Postbox
) -> None:
    confirmed(lake, process, box)
    box.refuses = "451 come back later"
    lake.ada.state()
    process.work()
    process.clock.pass_by(minutes=1)
    process.work()
    box.refuses = ""
    process.clock.pass_by(minutes=5)
    process.work()
    assert len(box.mails) == 1
    attempts = deliveries(lake.vic, 1)[0]["attempts"]
    assert [a["status"] for a in attempts] == [451, 451, 250]


def test_an_address_that_is_refused_for_good_stops_the_alert(
    lake: Lake, process: Process, box: Postbox
) -> None:
    confirmed(lake, process, box)
    box.refuses_address = "550 no such mailbox"
    lake.ada.state()
    process.work()
    seen = lake.vic.get("/alerts/1").data
    assert (seen["state"], seen["stopped_for"]) == ("stopped", "refused")


HOSTILE = (
    "vic@lake.example\r\nBcc: all@lake.example", "vic@lake.example, bo@lake.example",
    "<vic@lake.example>", "vic", "@lake.example", "vic@", "vic@lake..example",
    '"a b"@lake.example', "vic@lake.example?bcc=x", " ",
)  # fmt: skip


@pytest.mark.parametrize("address", HOSTILE)
def test_addresses_that_are_none(lake: Lake, process: Process, box: Postbox, address: str) -> None:
    body = {"negotiation": "lake", "channel": "mail", "address": address}
    got = lake.vic.post("/alerts", body)
    assert (got.status, got.faults) == (422, {"/address"})


def test_texts_never_become_headers(lake: Lake, process: Process, box: Postbox) -> None:
    lake.ada.patch("/negotiations/lake", {"title": "Озеро — " + "ß" * 300})
    confirmed(lake, process, box)
    lake.ada.state()
    process.work()
    [made] = box.mails
    assert made["Subject"].startswith("Озеро — ßßß")


def test_few_addresses_are_asked_in_a_day(lake: Lake, process: Process, box: Postbox) -> None:
    body = {"negotiation": "lake", "channel": "mail"}
    statuses = [
        lake.vic.post("/alerts", {**body, "address": f"vic{n}@lake.example"}).status
        for n in range(12)
    ]
    assert statuses == [201] * 10 + [409] * 2


def test_without_a_mail_server_there_is_no_mail(lake: Lake) -> None:
    body = {"negotiation": "lake", "channel": "mail", "address": TO}
    assert lake.vic.post("/alerts", body).faults == {"/channel"}


def test_settings_of_mail() -> None:
    for wrong in (
        {"smtp_url": "smtp://mail.example"},
        {"mail_from": FROM},
        {"smtp_url": "https://mail.example", "mail_from": FROM},
        {"smtp_url": "smtp://mail.example/path", "mail_from": FROM},
        {"smtp_url": "smtp://mail.example", "mail_from": "no address"},
    ):
        with pytest.raises(ValidationError):
            Settings(**wrong)
    made = Settings(smtp_url="smtp://us%40er:p%3Aw@mail.example", mail_from=FROM)
    server = mail.mail_server(made)
    assert server is not None and not server.is_here
    assert (server.host, server.port, server.user, server.password) == (
        "mail.example", 587, "us@er", "p:w"
    )  # fmt: skip
    assert "p%3Aw" not in repr(made)


def test_whose_words_a_quote_has_is_said(lake: Lake, process: Process, box: Postbox) -> None:
    """A report is never taken for the party's own words, nor a doubtful quote for a checked one."""
    confirmed(lake, process, box, tells="everything")
    lake.ada.state(quotes=[quote(speaker="Mara Venn", said_on="2024-05-14")])
    lake.ada.state(stated_on="2024-05-15", quotes=[quote(OTHER_WORDS, kind="reported")])
    by_south = quote(OTHER_WORDS, kind="reported", speaker="Tol Ibarra", translated_from="de")
    lake.ada.state(stated_on="2024-05-16", quotes=[by_south])
    process.work()
    own, reported, heard = text_of(box.mails[0]).split("\n\n")[:3]
    assert "“We accept forty per cent and not one drop less”\n— Mara Venn" in own
    assert "said 14 May 2024. " in own
    assert "— Reported by " in reported and "no speaker named; date not given. " in reported
    assert "Tol Ibarra" in heard and "speaking about Northshore" in heard
    assert "the source’s report, not the speaker’s own words" in heard
    assert "printed in translation from German" in heard
