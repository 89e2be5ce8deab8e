"""Each page with a context to draw it: name -> (template, variables)."""

from typing import Any

from tests.templates import invented as sarn

PAGES: dict[str, tuple[str, dict[str, Any]]] = {
    "matrix": ("matrix/show.html", sarn.matrix()),
    "cell": ("cells/show.html", sarn.one_cell()),
}
