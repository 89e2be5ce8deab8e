"""Define an invented negotiation whose texts try everything that may break exports or readers."""

from collections.abc import Callable
from typing import Any

SLUG = "nasty"
Post = Callable[[str, dict[str, Any]], dict[str, Any]]

# 19,600 characters; a quote may have 20,000.
LONG = "Дуже довге речення, яке не вміщується в комірку. " * 400
LONGER = "A summary that is longer than a cell of a spreadsheet can be. " * 700  # 43,400 characters
TEXTS = [
    "=1+1",
    "+380 44 255 7333",
    "-1",
    '@SUM(A1:A9)*cmd|"/C calc"!A0',
    "＝1+1",
    "NA",
    "null",
    "None",
    "TRUE",
    "00123",
    "1e5",
    "1,5",
    "2025-03",
    "12345678901234567890",
    "nan",
    "one, two; three\tfour | five",
    'She said "no", then "“no”" and \'no\'',
    "first line\nsecond line\n\nfourth line",
    " kept with its spaces ",
    "Ми не віддамо ані метра — «їжак» і Ґава",
    "لن نقبل بوقف إطلاق النار قبل الانتخابات",
    "לא נחתום \u200f(היום)\u200e, אמר",
    "停戦は選挙の後です。",
    "e\u0301 and é, ﬁ, 𝒳 and 🕊",
    "\ufeffa mark at the beginning",
    "_x000D_ and &amp; and <b>bold</b> and ]]>",
    "100 % of $5 #1 a_b {c} \\d ~e ^f",
    "a\u2028b\u0085c",
    "C:\\new\\table",
    "'an apostrophe first",
    LONG.strip(),
]
WHERE = "Lake archive, box 3, folder “50 % & more”"
SOURCES: list[dict[str, Any]] = [
    {"url": "https://news.example/a_b%20c?d=1&e=%D0%B9#f~g",
     "title": "Talks & more: 50 % of {a}_b #1 $2 ~3 ^4 \\5",
     "publisher": "The Lake Post & Sons", "author": "Li, A. and B. O’Neil",
     "published_on": "2025-03-17",
     "kind": "news article", "language": "en"},
    {"url": "https://новини.example/новина?що=їжак", "title": "Переговори: «так» — чи “ні”?",
     "publisher": "Газета",
     "published_on": "2025-03", "language": "uk"},
    {"reference": WHERE, "title": "Long", "published_on": "2025"},
    {"url": "https://example.org/عربي", "title": "=HYPERLINK(\"x\")", "author": "NA",
     "language": "ar"},
]  # fmt: skip
FULL = (
    "He said: «Ми не віддамо — ніколи — ані метра», and then, after a long while,"
    " that it’s “all or nothing”, as ever."
)
READ = {"url": "https://news.example/full", "title": "With its text", "text": FULL}
ELIDED = 'Ми не віддамо ... ані метра", and then [...] it\'s "all or nothing"'
PARTIES = [
    ("north", "Північ <&> “Північ”", ["The North, \"Inc.\"", "=Norð"]),
    ("south", "NA", []),
    ("east", "=East, and more", []),
    ("west", "عَرَب", []),
    ("twin", "NA", []),
    ("mute", "Nobody has asked", []),
]  # fmt: skip
ISSUES: list[dict[str, Any]] = [
    {"slug": "quota", "title": "Quota, in %", "question": "How much;\nand when?", "group": "=Water",
     "ordered": True,
     "options": [{"slug": "none", "label": "0 %", "rank": 0},
                 {"slug": "half", "label": "½; or so", "rank": 1.5},
                 {"slug": "all", "label": "=100 %", "rank": 3}]},
    {"slug": "dam", "title": "Дамба", "ordered": False,
     "options": [{"slug": "open", "label": "Open"},
                 {"slug": "closed", "label": 'Closed, "for good"'}]},
]  # fmt: skip
PREFERRED = {"north": ("none", "open"), "south": ("all", "closed"), "east": ("half", "open"),
             "west": ("all", None),
             "twin": (None, "closed")}  # fmt: skip
DAYS = ("2025-03-13", "2025-03", "2025")


def fill(post: Post) -> None:
    """State a position for each text, over all cells of parties that speak.

    A few have no summary.
    """
    post("/negotiations", {"slug": SLUG, "title": "Nasty, “nasty” & <nasty>",
                           "summary": "=1+1\nsecond line",
                           "licence": "CC-BY-4.0, see https://x.example"})  # fmt: skip
    for slug, name, aliases in PARTIES:
        post("/parties", {"slug": f"nasty-{slug}", "name": name, "aliases": aliases})
        post(f"/negotiations/{SLUG}/parties", {"party": f"nasty-{slug}"})
    for issue in ISSUES:
        post(f"/negotiations/{SLUG}/issues", issue)
    ids = [post("/sources", source)["id"] for source in SOURCES]
    speaking = list(PREFERRED)
    for n, text in enumerate(TEXTS):
        party = speaking[n % len(speaking)]
        issue = n // len(speaking) % 2
        option = PREFERRED[party][issue]
        quotes = [
            {
                "source_id": ids[n % len(ids)],
                "exact": text,
                "said_on": DAYS[n % 3],
                "kind": "reported",
            }
        ]
        if n % 4 == 0:
            words = f"{text} … and {TEXTS[n - 1]}"[-20_000:]
            who = {"name": "O’Neil, NA", "office": "=Envoy", "party": f"nasty-{party}"}
            quotes.append(
                {
                    "source_id": ids[(n + 1) % len(ids)],
                    "exact": words,
                    "speaker": who,
                    "translation": text,
                }
            )
        post("/positions", {
            "negotiation": SLUG, "party": f"nasty-{party}", "issue": ISSUES[issue]["slug"],
            "summary": LONGER if n == 3 else None if n % 5 == 4 else text,
            "firmness": ["red_line", "demand", "preference", "open", "unclear"][n % 5],
            "attitudes": {option: "prefers"} if option else {}, "stated_on": DAYS[n % 3],
            "conditions":
                {option: text[:200]} if option and n % 7 == 0 and "\n" not in text else {},
            "salience": n if n % 3 else None, "quotes": quotes,
        })  # fmt: skip
    post("/positions", {
        "negotiation": SLUG, "party": "nasty-north", "issue": "dam", "stated_on": "2024-05",
        "firmness": "open",
        "quotes": [{"source_id": post("/sources", READ)["id"], "exact": ELIDED,
                    "kind": "reported"}],
    })  # fmt: skip
