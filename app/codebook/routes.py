"""The pages of the code book, in the order in which their addresses are tried."""

from fastapi import APIRouter

from app.codebook import issue_pages, option_pages, pages, party_pages, quote_pages, recoding_pages, same_pages

router = APIRouter()
for part in (pages, same_pages, party_pages, recoding_pages, option_pages, issue_pages, quote_pages):
    router.include_router(part.router)
