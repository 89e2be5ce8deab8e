"""Store very many ids in little memory."""

from collections.abc import Iterator

_PAGE = 4096  # numbers


class Numbers:
    """A set of ids as a bitmap: about one bit for each, because ids lie close together."""

    def __init__(self) -> None:
        self._marks: dict[int, bytearray] = {}

    def add(self, number: int) -> None:
        """Add an id."""
        page, place = divmod(number, _PAGE)
        marks = self._marks.get(page)
        if marks is None:
            marks = self._marks[page] = bytearray(_PAGE // 8)
        marks[place >> 3] |= 1 << (place & 7)

    def __contains__(self, number: int) -> bool:
        page, place = divmod(number, _PAGE)
        marks = self._marks.get(page)
        return marks is not None and bool(marks[place >> 3] >> (place & 7) & 1)

    def __iter__(self) -> Iterator[int]:
        """Yield all ids, the lowest first."""
        for page in sorted(self._marks):
            marks = self._marks[page]
            yield from (page * _PAGE + n for n in range(_PAGE) if marks[n >> 3] >> (n & 7) & 1)
