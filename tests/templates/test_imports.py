"""Test that macros which need nothing of a page are made once, and not anew for each page."""

import re

from jinja2 import Environment, meta, nodes

from app.http.templating import TEMPLATES, environment

# What `provide` gives to all templates when the application is assembled.
PROVIDED = {"pictures", "marks", "signs", "phrases", "json_twin"}
WITH_CONTEXT = re.compile(r'import "([^"]+)"[^%]* with context')


def _needs_a_page(templates: Environment, name: str) -> bool:
    """Tell whether a template, or one that it imports, uses values of the page."""
    parsed = templates.parse((TEMPLATES / name).read_text())
    unknown = meta.find_undeclared_variables(parsed) - templates.globals.keys() - PROVIDED
    imported: list[nodes.Import | nodes.FromImport] = [
        *parsed.find_all(nodes.Import),
        *parsed.find_all(nodes.FromImport),
    ]
    return bool(unknown) or any(
        isinstance(one.template, nodes.Const) and _needs_a_page(templates, one.template.value)
        for one in imported
    )


def test_only_macros_that_use_values_of_the_page_are_imported_with_them() -> None:
    templates = environment()
    needless = [
        f"{path.relative_to(TEMPLATES)} imports {name} with context"
        for path in TEMPLATES.rglob("*.html")
        for name in WITH_CONTEXT.findall(path.read_text())
        if not _needs_a_page(templates, name)
    ]
    assert needless == []
