"""Share what the pages that merge and split options and parties need."""

from app.forms.posted import Posted

CHANGED = "Something changed after this list was made. Please check it again."


def chosen(sent: Posted, name: str) -> dict[int, str]:
    """Return the choice for each position id, from fields named such as keep-12."""
    found = {}
    for key, value in sent.values.items():
        field, _, number = key.partition("-")
        if field == name and number.isdecimal() and len(number) < 19:
            found[int(number)] = value
    return found
