"""Test passwords: how they are hashed, which are refused, and that every character counts."""

import re
import unicodedata

import pytest
from argon2 import PasswordHasher
from hypothesis import given, settings
from hypothesis import strategies as st

from app.accounts import passwords
from app.core.errors import Invalid
from tests.support.examples import examples

pytestmark = pytest.mark.anyio
characters = st.characters(exclude_categories=["Cs"])


@pytest.mark.usefixtures("costly_passwords")
def test_hashes_are_argon2id_at_or_above_owasps_floor() -> None:
    made = passwords.HASHER.hash("x")
    found = re.match(r"\$argon2id\$v=19\$m=(\d+),t=(\d+),p=(\d+)\$", made)
    assert found
    memory, passes, lanes = map(int, found.groups())
    assert memory >= 19 * 1024
    assert passes >= 2
    assert lanes >= 1
    assert passwords.NOBODYS.startswith(found[0]), "whom nobody is takes as long as somebody"


def test_the_most_common_passwords_are_refused() -> None:
    known = passwords.well_known()
    assert len(known) > 3000
    for word in [*sorted(known)[:3000], "PASSWORD1", "Password1", "football1", "iloveyou1"]:
        if len(word) >= 8:
            with pytest.raises(Invalid):
                passwords.check_new(word, name="ada")


@pytest.mark.parametrize(
    "password", ["", "1234567", "x" * 1025, "Adalovelace", "adaLOVELACE", "correct \ud800 horse"]
)
def test_unfit_passwords_are_refused(password: str) -> None:
    with pytest.raises(Invalid):
        passwords.check_new(password, name="AdaLovelace")


@settings(max_examples=examples(200))
@given(st.text(characters, min_size=8, max_size=1024))
def test_any_characters_are_taken(password: str) -> None:
    if password.casefold() not in passwords.well_known():
        passwords.check_new(password, name="")


@settings(max_examples=15)
@given(st.text(characters, min_size=8, max_size=64))
def test_passwords_are_compared_byte_for_byte(password: str) -> None:
    made = passwords.HASHER.hash(password.encode())
    assert passwords._verify(made, password)
    others = {password + " ", " " + password, password[:-1], password + "\0", password.swapcase()}
    others |= {unicodedata.normalize(form, password) for form in ("NFC", "NFD", "NFKC")}
    for other in others - {password}:
        assert not passwords._verify(made, other)


@pytest.mark.parametrize("character", ["x", "💡"])
async def test_the_last_of_1024_characters_counts(character: str) -> None:
    password = character * 1024
    made = await passwords.make_hash(password)
    assert await passwords.verify(made, password)
    assert not await passwords.verify(made, character * 1023 + "y")
    assert not await passwords.verify(made, password + character)
    assert not await passwords.verify(made, character * 100_000)


@pytest.mark.usefixtures("costly_passwords")
async def test_a_hash_of_old_cost_counts_as_weak() -> None:
    weak = PasswordHasher(memory_cost=8 * 1024, time_cost=1, parallelism=1).hash("correct horse")
    assert passwords.is_weak(weak)
    assert await passwords.verify(weak, "correct horse")
    assert not passwords.is_weak(await passwords.make_hash("correct horse"))


@pytest.mark.usefixtures("costly_passwords")
async def test_nobody_has_no_password() -> None:
    assert not await passwords.verify(None, "")
    assert not await passwords.verify(None, "parley-nobody")
    assert not await passwords.verify("not a hash", "x")
