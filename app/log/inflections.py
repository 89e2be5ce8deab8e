"""List other forms of a word, for languages whose words are indexed as they are written.

The index has English stems; of all other languages it has the words alone. So whoever types one
form of a word is helped by asking for the others too. The rules are coarse: they only know the
usual endings, and no irregular forms. They name few words, since each is looked up.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

# Nouns and adjectives in Ukrainian and Russian.
SLAVIC = """
а я о е є у ю ы и і ї ь й ам ям ом ем єм им ім ым ою ею єю ой ей ій ов ев ів їв ах ях ами ями ові
ия ии ию ий ие ией ием иям иями иях ія ії ію ією іям іями іях ый ая яя ое ее ые ого его ього ому
ему ьому ую юю ых их іх ыми ими іми
""".split()
# Of a short stem, which many longer words begin with, only the commonest are asked for.
COMMONEST = ["", *"а я е у ю ы и і ї ь ам ом ем ою ой ей ий ій ів ов ах ами ого".split()]
AFTER_A_CONSONANT = "а у ом ым им е і ів ов".split()
LONG_SLAVIC, SHORTEST_SLAVIC = 5, 3
# Nouns and adjectives in German and French. Short words would become English ones.
LATIN = ["", *"e en er es n s em ern x".split()]
SHORTEST_LATIN = 6
UMLAUTS = str.maketrans("äöü", "aou")
LAST_VOWEL = re.compile(r"[aou](?=[^aeiouäöü]*$)")
ARTICLES = ["", *"ال وال بال لل و".split()]
ARABIC = "ات ين ون ان ية ة ه ها هم ي".split()
ALEFS = str.maketrans("أإآ", "ااا")
LONG_ARABIC, SHORTEST_ARABIC = 4, 3
CYRILLIC_WORD = re.compile(r"[а-яёіїєґʼ]+")
LATIN_WORD = re.compile(r"[a-zß-öø-ÿœ]+")
ARABIC_WORD = re.compile(r"[\u0621-\u064a]+")


@dataclass(frozen=True, slots=True, order=True)
class Form:
    """A form of a word; if it is only the beginning of some, any ending will do."""

    text: str
    begins: bool = False

    def fits(self, word: str) -> bool:
        """Tell whether a word has this form."""
        return word.startswith(self.text) if self.begins else word == self.text


def other_forms(word: str) -> list[Form]:
    """Return forms that a word of lower-case letters may have elsewhere, perhaps itself too."""
    if CYRILLIC_WORD.fullmatch(word):
        found = _slavic(word)
    elif LATIN_WORD.fullmatch(word) and len(word) >= SHORTEST_LATIN:
        found = _latin(word)
    elif ARABIC_WORD.fullmatch(word):
        found = _arabic(word)
    else:
        found = set()
    return sorted(found)


def _stem(word: str, endings: Sequence[str], shortest: int) -> str:
    """Return what is left without the longest ending that leaves at least so many letters."""
    found = [e for e in endings if word.endswith(e) and len(word) - len(e) >= shortest]
    return word.removesuffix(max(found, key=len, default=""))


def _slavic(word: str) -> set[Form]:
    stem = _stem(word, SLAVIC, SHORTEST_SLAVIC)
    if len(stem) >= LONG_SLAVIC:
        return {Form(stem, begins=True)}
    if len(stem) < SHORTEST_SLAVIC:
        return set()
    # What looks like an ending may belong to the word, as in names that end in -ov.
    whole = {Form(word + ending) for ending in AFTER_A_CONSONANT} if len(word) > len(stem) else ()
    return {Form(stem + ending) for ending in COMMONEST}.union(whole)


def _latin(word: str) -> set[Form]:
    stem = _stem(word, LATIN, SHORTEST_LATIN - 1)
    stems = {word, stem, stem.translate(UMLAUTS), LAST_VOWEL.sub(_umlaut, stem)}
    forms = {Form(one + ending) for one in stems for ending in LATIN}
    if word.endswith(("al", "aux")):  # as French plurals are made
        root = word.removesuffix("al").removesuffix("aux")
        forms |= {Form(f"{root}al"), Form(f"{root}aux")}
    return forms


def _umlaut(vowel: re.Match[str]) -> str:
    return "äöü"["aou".index(vowel[0])]


def _arabic(word: str) -> set[Form]:
    """Vary what is written together with a word, and whether the alef has its sign."""
    # The longest first; without any, the word itself is bare.
    articles = sorted(ARTICLES, key=len, reverse=True)
    bare = next(
        word.removeprefix(article)
        for article in articles
        if word.startswith(article) and (not article or len(word) - len(article) >= SHORTEST_ARABIC)
    )
    stem = _stem(bare, ARABIC, SHORTEST_ARABIC)
    begins = len(stem) >= LONG_ARABIC
    roots = {stem, stem.translate(ALEFS)} if begins else {bare, bare.translate(ALEFS)}
    return {Form(article + root, begins) for root in roots for article in ARTICLES}
