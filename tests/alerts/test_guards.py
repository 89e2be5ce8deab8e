"""Test the guards and the signature of webhooks without a database."""

import asyncio
import base64
import ssl
from datetime import timedelta
from pathlib import Path

import pytest

from app.alerts import webhook
from app.alerts.queue import Outcome
from tests.alerts.receiver import Receiver, certificate_for, receiving

OUTSIDE = ("93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c")
INSIDE = (
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254",
    "0.0.0.0",  # noqa: S104 (refused here, never bound)
    "100.64.0.1", "224.0.0.1", "255.255.255.255", "::1", "::", "fe80::1%eth0", "fc00::1",
    "ff02::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::",
    "2001:0:7f00:1::",
)  # fmt: skip


def test_which_addresses_are_outside() -> None:
    assert [a for a in OUTSIDE if not webhook.is_outside(a)] == []
    assert [a for a in INSIDE if webhook.is_outside(a)] == []


def test_the_signature_of_the_specification() -> None:
    """The example of Standard Webhooks."""
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    got = webhook.signature(
        secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}'
    )
    assert got == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
    assert len(base64.b64decode(got.removeprefix("v1,"))) == 32


@pytest.mark.parametrize(
    ("said", "wanted"),
    [
        ("120", timedelta(minutes=2)),
        ("0", timedelta()),
        ("-1", None),
        ("soon", None),
        ("9" * 400, timedelta(seconds=10**6)),
        ("Wed, 21 Oct 2015 07:28:00 GMT", timedelta()),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(said: str | None, wanted: timedelta | None) -> None:
    assert webhook._retry_after(said) == wanted


def test_origins_have_one_spelling() -> None:
    for url, origin in {
        "https://Hooks.Example.org:443/a": "https://hooks.example.org",
        "https://hooks.example.org:8443": "https://hooks.example.org:8443",
        "https://пример.example/": "https://xn--e1afmkfd.example",
        "http://[::1]:80/": "http://[::1]",
    }.items():
        assert webhook.read_receiver(url).origin == origin


def post(receiver: Receiver, trusted: Path | None, *, inside: bool = True) -> Outcome:
    """Send a webhook, by the certificates of a file or those of the program."""
    limits = webhook.Limits(10)
    if trusted is not None:
        limits = webhook.Limits(10, lambda: ssl.create_default_context(cafile=trusted))
    to = webhook.read_receiver(receiver.url)
    return asyncio.run(webhook.post(to, {}, b"{}", inside=inside, limits=limits))


def test_https_is_checked_by_the_name_of_the_receiver(tmp_path: Path) -> None:
    """The connection goes to the address that was checked, and the certificate is of the name."""
    there = certificate_for(tmp_path, "localhost")
    with receiving(there) as receiver:
        assert post(receiver, there).ok
        [got] = receiver.got
        assert got.headers["host"] == receiver.url.split("/")[2]
        assert (got.path, got.body) == ("/hook", b"{}")
        refused = post(receiver, None)
        assert (refused.ok, refused.detail) == (False, "its certificate is not valid")
        inside = post(receiver, there, inside=False)
        assert "inside a network" in (inside.detail or "")
    elsewhere = certificate_for(tmp_path, "elsewhere.example")
    with receiving(elsewhere) as receiver:
        assert post(receiver, elsewhere).detail == "its certificate is not valid"
        assert receiver.got == []


def test_nobody_there(tmp_path: Path) -> None:
    with receiving() as receiver:
        pass
    assert post(receiver, None).detail == "it refuses connections"
    nowhere = Receiver("https://no-such-host.invalid/")
    assert post(nowhere, None).detail == "its name is not known"
