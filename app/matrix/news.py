"""Name the entry of the log up to which a page shows everything, so that it can ask for more."""

from app.http.pagination import write_cursor

PURPOSE = "news"


def news_cursor(epoch: str, seq: int) -> str:
    """Return the cursor from which a page's stream of events goes on."""
    return write_cursor(PURPOSE, epoch, seq)
