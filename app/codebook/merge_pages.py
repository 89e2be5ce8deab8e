"""Share what the pages that merge and split options and parties need."""

from starlette.datastructures import FormData

CHANGED = "Something changed since this list was made: look again."
MOST_FIELDS = 20_000  # in a form with a choice for each position


def chosen(form: FormData, name: str) -> dict[int, str]:
    """Return the choice for each position id, from fields named such as keep-12."""
    found = {}
    for key, value in form.items():
        field, _, number = key.partition("-")
        if field == name and number.isdecimal() and len(number) < 19 and isinstance(value, str):
            found[int(number)] = value
    return found
