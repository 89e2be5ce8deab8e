"""Make slugs from names; pure functions."""

from collections.abc import Iterable

from slugify import slugify

LONGEST = 80  # characters of a slug
# Apostrophes are within words; a comma parts them, since it is no thousands separator everywhere.
REPLACED = [*((apostrophe, "") for apostrophe in "'’ʼ‘"), (",", " ")]


def slug_of(name: str) -> str:
    """Return the slug that a name suggests.

    Empty if the name has no digit and no letter that can be written in Latin script.
    """
    return slugify(
        name,
        max_length=LONGEST,
        word_boundary=True,
        save_order=True,
        replacements=REPLACED,
        # A name is plain text, so that what looks like an HTML entity is none.
        entities=False,
        decimal=False,
        hexadecimal=False,
    )


def slugs_of(names: Iterable[str], fallback: str) -> list[str]:
    """Return a unique slug for each name; `fallback` with a number where a name suggests none."""
    made: list[str] = []
    for n, name in enumerate(names, 1):
        first = slug_of(name) or f"{fallback}-{n}"
        slug, again = first, 1
        while slug in made:
            again += 1
            slug = f"{first[: LONGEST - 5]}-{again}"
        made.append(slug)
    return made
