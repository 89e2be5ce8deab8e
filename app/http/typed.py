"""Give back what was typed in a form that could not be saved, so that it can be sent again."""

from starlette.requests import Request
from starlette.types import Message, Receive, Scope

from app.http.limits import MAX_BODY

MOST_FIELDS = 20_000  # of a form with a choice for each of many positions
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
Fields = dict[str, list[str]]  # every text of each name


async def read_fields(request: Request) -> Fields:
    """Read the texts of a form, with one line end for all; note them for when it fails."""
    form = await request.form(max_files=1, max_fields=MOST_FIELDS, max_part_size=MAX_BODY)
    fields: Fields = {}
    for name, value in form.multi_items():
        if isinstance(value, str):
            fields.setdefault(name, []).append(value.replace("\r\n", "\n"))
    request.state.typed = fields
    return fields


class Typed:
    """The fields of one request, whether its route has read them before it failed or not."""

    def __init__(self, scope: Scope, receive: Receive) -> None:
        self._scope, self._receive, self._begun = scope, receive, False

    async def receive(self) -> Message:
        """Pass a part of the body on, and note that there is none for anybody else."""
        self._begun = True
        return await self._receive()

    async def fields(self) -> list[tuple[str, str]]:
        """Return the fields as pairs, but no button and no password; none of what is no form."""
        request = Request(self._scope, self._receive)
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if request.method != "POST" or kind not in FORMS:
            return []
        found: Fields | None = getattr(request.state, "typed", None)
        if found is None and not self._begun:
            found = await read_fields(request)
        found = found or {}
        if any("password" in name for name in found):
            return []
        return [(name, text) for name, texts in found.items() if name != "do" for text in texts]
