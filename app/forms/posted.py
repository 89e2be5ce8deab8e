"""Read a form as it was posted."""

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from app.forms.fields import Texts
from app.http.typed import Fields, read_fields

SHOW_AGAIN = "refresh"  # `do` of a form that is shown again, and not saved


@dataclass(frozen=True, slots=True)
class Posted:
    """The texts of a form, the file beside them, and the button that was pressed."""

    values: Texts  # the last text of each name, but `do`
    do: str = ""
    lists: Fields = field(default_factory=dict)
    file: UploadFile | None = None

    @property
    def shown_again(self) -> bool:
        """Tell whether the form comes from a sign-in, to be shown again and not to be saved."""
        return self.do == SHOW_AGAIN


async def read_posted(request: Request) -> Posted:
    """Read a form; its texts may be as long as a whole request, with one line end for all."""
    try:
        lists = await read_fields(request)
    except ClientDisconnect:  # typing went on, and nobody waits for this check any more
        raise HTTPException(400, "The connection was closed.") from None
    values = {name: texts[-1] for name, texts in lists.items()}
    file = (await request.form()).get("file")
    chosen = file if isinstance(file, UploadFile) and file.filename else None
    return Posted(values, values.pop("do", ""), lists, chosen)


Sent = Annotated[Posted, Depends(read_posted)]
