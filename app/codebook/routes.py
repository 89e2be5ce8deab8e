"""Include the pages of the code book in the order in which their paths are matched."""

from app.codebook import (
    first_steps,
    issue_pages,
    negotiation_pages,
    option_merging,
    option_pages,
    option_splitting,
    pages,
    party_adding,
    party_merging,
    party_pages,
    party_splitting,
    quote_pages,
)
from app.http.routing import Router

router = Router()
for part in (
    first_steps,
    negotiation_pages,
    pages,
    party_merging,
    party_splitting,
    party_adding,
    party_pages,
    option_merging,
    option_splitting,
    option_pages,
    issue_pages,
    quote_pages,
):
    router.include_router(part.router)
