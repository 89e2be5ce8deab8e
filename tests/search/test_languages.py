"""Test by a table what is found in six languages, and what is not."""

import pytest
from starlette.testclient import TestClient

from tests.support.fixtures import Lake

# By language: the words of quotes on file; then what is typed, and the quotes that it finds.
ON_FILE = {
    "en": ["The cease fire holds since 2014–2022", "A ceasefire needs monitors",
           "We returned 1,500 prisoners, Zelenskyy said", "The lake’s farmers don’t agree",
           "They report to the universe"],
    "uk": ["Президент Зеленський хоче гарантій безпеки", "Війна за Курськ триває",
           "П’ять областей, один обʼєкт"],
    "ru": ["Песков ещё молчит о санкциях", "Войска стоят под Курском", "Дети вернулись"],
    "de": ["Ohne Sicherheitsgarantien kein Frieden", "Die Straße nach Kursk",
           "Zwei Waffenstillstände scheiterten"],
    "fr": ["Sans garanties de sécurité", "Les accords nationaux", "Un cessez-le-feu durable"],
    "ar": ["نريد الضمانات الأمنية", "وقف إطلاق النار"],
}  # fmt: skip
SEARCHES = [
    ("ceasefire", {"en1"}),
    ("cease-fire", {"en0", "en1"}),
    ('"cease fire"', {"en0"}),
    ("2022", {"en0"}),
    ("2014", {"en0"}),
    ("2021", set()),
    ("1500", {"en2"}),
    ("1,500", {"en2"}),
    ("1501", set()),
    ("prisoner", {"en2"}),
    ("Zelenskyy -prisoner", {"uk0"}),
    ("Zelenskyy -prisoners", {"uk0"}),
    ("monitor -prisoner", {"en1"}),
    ('-"needs monitors" ceasefire', set()),
    ("ceasefire or prisoners", {"en1", "en2"}),
    ("the ceasefire", {"en1"}),
    ("lake's", {"en3"}),
    ("don't", {"en3"}),
    ("universal", {"en4"}),
    ("university", {"en4"}),
    ("Zelensky", {"en2", "uk0"}),
    ("Зеленського", {"en2", "uk0"}),
    ("Зеленський", {"en2", "uk0"}),
    ("гарантії безпеки", {"uk0"}),
    ("гарантія", {"uk0"}),
    ("гарантія -безпека", set()),
    ('"гарантій безпеки"', {"uk0"}),
    ('"безпеки гарантій"', set()),
    ("війну", {"uk1"}),
    ("Курську", {"uk1"}),
    ("Курс", set()),
    ("п'ять", {"uk2"}),
    ("п’ять", {"uk2"}),
    ("об'єкт", {"uk2"}),
    ("об’єкти", {"uk2"}),
    ("область", {"uk2"}),
    ("Пескова", {"ru0"}),
    ("песок", set()),
    ("еще", {"ru0"}),
    ("ещё", {"ru0"}),
    ("санкции", {"ru0"}),
    ("Курск", {"ru1"}),
    ("войско", {"ru1"}),
    ("война", set()),
    ("дети -еще", {"ru2"}),
    ("мир", set()),
    ("Sicherheitsgarantie", {"de0"}),
    ("Sicherheit", set()),
    ("Strasse", {"de1"}),
    ("Straßen", {"de1"}),
    ("Waffenstillstand", {"de2"}),
    ("Friedens", {"de0"}),
    ("garantie", {"fr0"}),
    ("accord national", {"fr1"}),
    ("cessez-le-feu", {"fr2"}),
    ("paix", set()),
    ("ضمانات", {"ar0"}),
    ("الضمان", {"ar0"}),
    ("أمنية", {"ar0"}),
    ("النار", {"ar1"}),
    ("سلام", set()),
]


@pytest.fixture
def library(lake: Lake) -> tuple[TestClient, dict[str, str]]:
    """Put the quotes on file; return a client, and the name of each quote by its words."""
    speaker = {
        "name": "Volodymyr Zelenskyy", "party": "south",
        "aliases": ["Zelensky", "Володимир Зеленський"],
    }  # fmt: skip
    lake.ada.post("/speakers", speaker)
    names = {}
    for language, texts in ON_FILE.items():
        source = lake.ada.source(text="\n\n".join(texts), title=f"In {language.upper()}")
        for n, words in enumerate(texts):
            said = {"source_id": source["id"], "exact": words, "language": language}
            lake.ada.state(summary="Said so", quotes=[said])
            names[words] = f"{language}{n}"
    return lake.stranger.client, names


def test_each_language_is_searched_by_its_words(
    library: tuple[TestClient, dict[str, str]], subtests: pytest.Subtests
) -> None:
    client, names = library
    for typed, expected in SEARCHES:
        with subtests.test(typed):
            hits = client.get("/api/v1/search", params={"q": typed, "limit": 500}).json()["data"]
            numbers = [hit["id"] for hit in hits if hit["type"] == "quote"]
            words = [client.get(f"/api/v1/quotes/{n}").json()["data"]["exact"] for n in numbers]
            assert {names[one] for one in words} == expected
