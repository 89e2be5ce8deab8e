"""Find sentences that report what somebody said or wants; pure functions.

Examples are "X said that …" and "X is clear it will …". They are the source's words about a
position, so they are offered as `reported`. The speaker must be clear: a stored speaker, a name of
more than one word, or a "he" who was named before.
"""

from collections.abc import Iterator

import regex

from app.sources.speakers_in_text import Known, Speaker, mentions, sentence_end

LONGEST = 400  # characters of a sentence
_LEAST_WORDS = 6
_QUOTED = regex.compile(r"[“”„«»\"「」『』]")
_SAYS = (
    r"(?:said|says|told|tells|insist(?:ed|s)|warn(?:ed|s)|stat(?:ed|es)|declar(?:ed|es)"
    r"|announc(?:ed|es)|argu(?:ed|es)"
    r"|stress(?:ed|es)|demand(?:ed|s)|vow(?:ed|s)|promis(?:ed|es)|confirm(?:ed|s)|claim(?:ed|s)"
    r"|add(?:ed|s)|not(?:ed|es)"
    r"|сказал[аи]?|заявил[аи]?|подчеркнул[аи]?|требу(?:ет|ют)|сообщил[аи]?"
    r"|сказа(?:в|ла|ли)|заяви(?:в|ла|ли)|наголоси(?:в|ла|ли)|вимага(?:є|ють)|повідоми(?:в|ла|ли))"
)
# A verb, a few words and a conjunction; or the clause directly after the verb, without a
# preposition at its beginning.
_THAT = regex.compile(
    rf"\b{_SAYS}\b[^.;:]{{0,80}}?"
    r"(?<!\b(?:on|in|of|at|by|for|to|with|after|before|than|is)\s)\b(?:that|что|що)\b",
    regex.IGNORECASE,
)
_AT_ONCE = regex.compile(
    r"\b(?:said|says|insisted|warned|argued|added)\s+"
    r"(?!(?:in|at|on|to|of|by|as|about|after|before|during|following|for|from|last|earlier|later"
    r"|this|via|with|so|nothing)\b)"
    r"(?=[\p{L}\p{N}])"
)
_CLEAR = regex.compile(
    r"\b(?:(?:is|are|was|were) clear|(?:has |have )?made (?:it )?clear)\b"
    r"(?!\s+(?:if|whether|how|what|why))"
)
# Between speaker and verb: words set off by commas, and "has repeatedly"; more words than that mean
# that somebody else speaks.
_BETWEEN = regex.compile(r"(?:\s*,[^.;]{1,80},)?(?:\s+\p{Ll}+){0,3}\s*")


def reported(
    text: str, start: int, end: int, known: Known, last: Speaker
) -> Iterator[tuple[int, int, Speaker]]:
    """Yield the reporting sentences of a range, without their full stop, with their speakers.

    `last` is the speaker whom "he" means.
    """
    while start < end:
        stop = sentence_end(text, start, end)
        begin = start + len(text[start:stop]) - len(text[start:stop].lstrip())
        found = _reports(text, begin, stop, known, last) if stop - begin <= LONGEST else None
        if found is not None:
            yield begin, stop - (text[stop - 1] in ".!…"), found
            last = found
        start = stop


def _reports(text: str, start: int, end: int, known: Known, last: Speaker) -> Speaker | None:
    if (
        text[end - 1] not in ".!…"
        or _QUOTED.search(text, start, end)
        or len(text[start:end].split()) < _LEAST_WORDS
    ):
        return None
    found = [(p, verb) for p in (_AT_ONCE, _CLEAR, _THAT) if (verb := p.search(text, start, end))]
    ahead = (
        sorted(mentions(text, start, end, known, last), key=lambda m: m[1], reverse=True)
        if found
        else []
    )
    for pattern, verb in found:
        for at, stop, (who, name) in (m for m in ahead if m[1] <= verb.start()):
            # "The minister, Irena Volk, told": the name itself is between commas.
            aside = text[max(start, at - 2) : at] == ", " and text[stop] == ","
            between = text[stop + aside : verb.start()]
            if between.isspace() if pattern is _AT_ONCE else _BETWEEN.fullmatch(between):
                return (who, name) if who or (name and " " in name) else None
    return None
