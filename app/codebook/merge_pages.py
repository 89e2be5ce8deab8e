"""What the pages that merge and split have in common."""

from starlette.datastructures import FormData

CHANGED = "Something changed since this list was made: look again."
MOST_FIELDS = 20_000  # of a form with a choice for each position


def chosen(form: FormData, name: str) -> dict[int, str]:
    """What was chosen for which position, from fields such as keep-12."""
    found = {}
    for key, value in form.items():
        field, _, number = key.partition("-")
        if field == name and number.isdecimal() and len(number) < 19 and isinstance(value, str):
            found[int(number)] = value
    return found
