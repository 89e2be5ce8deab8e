"""Test the script that lets a model read, with a stand-in for the model and a real server."""

import json
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from docs import propose_with_a_model as script
from tests.support.factories import OTHER_WORDS, TEXT, WORDS
from tests.support.live import Live

RIGHT = {
    "party": "north", "option": "quota/q40", "attitude": "prefers", "condition": None,
    "quote": WORDS, "speaker": "Mara Venn", "said_on": "2024-05-14", "note": "Her first sentence.",
}  # fmt: skip
Answer = tuple[int, str]  # status and body
Run = Callable[..., tuple[int, str, str]]


def found(*positions: dict[str, Any], reason: str = "stop") -> Answer:
    """Return the answer of a server that speaks as OpenAI's does."""
    content = json.dumps({"positions": positions}, ensure_ascii=False)
    return says(content, reason)


def says(content: str, reason: str = "stop") -> Answer:
    message = {"role": "assistant", "content": content}
    return 200, json.dumps({"choices": [{"message": message, "finish_reason": reason}]})


class StandIn:
    """A model behind HTTP that answers what a test tells it to; the last answer is repeated."""

    def __init__(self) -> None:
        self.answers: list[Answer | None] = []  # None: it never answers
        self.asked: list[dict[str, Any]] = []
        self.closing = threading.Event()

    def next(self, body: dict[str, Any]) -> Answer | None:
        self.asked.append(body)
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.fixture
def model() -> Iterator[tuple[StandIn, str]]:
    """Serve a stand-in for a model; return it with its address."""
    stand_in = StandIn()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.path == "/v1/chat/completions"
            length = int(self.headers["Content-Length"])
            answer = stand_in.next(json.loads(self.rfile.read(length)))
            if answer is None:
                stand_in.closing.wait()
                return
            status, body = answer
            self.send_response(status)
            self.send_header("Retry-After", "0")
            self.end_headers()
            self.wfile.write(body.encode())

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield stand_in, f"http://127.0.0.1:{server.server_port}/v1"
    finally:
        stand_in.closing.set()
        server.shutdown()
        server.server_close()


@pytest.fixture
def run(
    live: Live,
    model: tuple[StandIn, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> Run:
    """Run the script on the lake's text as a viewer."""
    monkeypatch.setenv("API_TOKEN", str(live.desks["vic"].token))
    file = tmp_path / "text"
    file.write_text(TEXT, encoding="utf-8")

    def run(*options: str, source: tuple[str, ...] = ("--source", "1")) -> tuple[int, str, str]:
        given = ["--negotiation", "lake", "--server", live.url, *source]
        asked = () if "--command" in options else ("--model-url", model[1], "--model", "m-1")
        status = script.main([str(file), *given, *asked, *options])
        said = capsys.readouterr()
        return status, said.out, said.err

    return run


def proposed(live: Live) -> list[dict[str, Any]]:
    found = live.ada.get("/proposals", negotiation="lake").data
    return sorted(found, key=lambda proposal: proposal["id"])


def test_what_a_model_finds_rightly_is_proposed(
    live: Live, run: Run, model: tuple[StandIn, str]
) -> None:
    insult = {
        **RIGHT, "party": "south", "option": "quota/q20", "attitude": "rejects",
        "quote": OTHER_WORDS, "speaker": "Ana Rell", "condition": "there is no survey",
    }  # fmt: skip
    model[0].answers = [found(RIGHT, insult)]
    status, out, err = run("--run", "r-1")
    assert (status, err, proposed(live)) == (0, "", [])  # it was only looked
    assert WORDS in out and "2 found, none proposed" in out
    status, out, err = run("--run", "r-1", "--send")
    assert (status, err) == (0, "") and "2 found, 2 proposed, 0 refused" in out
    first, second = proposed(live)
    by = first["proposed_by"]
    assert (by["tool"], by["model"], by["run"]) == ("propose_with_a_model", "m-1", "r-1")
    assert len(by["prompt_sha256"]) == 64 and first["note"] == "Her first sentence."
    position = first["request"]["position"]
    assert position["attitudes"] == {"q40": "prefers"}
    assert position["quotes"][0]["speaker"] == "Mara Venn"
    [words] = second["request"]["position"]["quotes"]
    assert words["speaker"] == {"name": "Ana Rell"}  # new to Parley
    assert second["request"]["position"]["conditions"] == {"q20": "there is no survey"}
    asked = model[0].asked[0]
    assert [m["role"] for m in asked["messages"]] == ["system", "user"]
    assert asked["messages"][1]["content"] == TEXT
    schema = asked["response_format"]["json_schema"]["schema"]
    options = schema["properties"]["positions"]["items"]["properties"]["option"]["enum"]
    assert "quota/q40" in options and "dam/closed" in options
    run("--run", "r-1", "--send")  # the same again is the same proposal
    assert len(proposed(live)) == 2


def test_what_it_makes_up_is_refused_with_the_closest_passage(
    live: Live, run: Run, model: tuple[StandIn, str]
) -> None:
    wrong = {**RIGHT, "quote": WORDS.replace("forty", "sixty")}
    translated = {**RIGHT, "quote": "Wir nehmen vierzig Prozent und keinen Tropfen weniger"}
    nowhere = {**RIGHT, "option": "quota/q99"}
    bare = {"party": "north"}
    model[0].answers = [found(wrong, RIGHT, translated, nowhere, bare)]
    status, out, err = run("--send")
    assert status == 1 and "5 found, 1 proposed, 4 refused" in out
    assert f"(closest: “{WORDS}" in err and "vierzig" in err and "q99" in err
    assert [p["request"]["position"]["quotes"][0]["exact"] for p in proposed(live)] == [WORDS]


CUT = json.dumps({"positions": [RIGHT]})[:-30]
GERMAN = "Der Text sagt, dass Northshore vierzig Prozent will."


@pytest.mark.parametrize(
    ("answers", "why"),
    [
        ([says(CUT)], "not the JSON that was asked for"),
        ([found(RIGHT, reason="length")], "cut off"),
        ([says(GERMAN)], "not the JSON that was asked for"),
        ([says('{"positions": "none"}')], "not a list of positions"),
        ([says('{"positions": ["x"]}')], "not a list of positions"),
        ([(200, "<html>")], "does not answer as OpenAI"),
        ([(200, "[]")], "does not answer as OpenAI"),
        ([(200, '{"choices": []}')], "does not answer as OpenAI"),
        ([(400, "{}")], "the server answers 400"),
        ([(500, "")], "the server answers 500"),
        ([(429, "")], "the server answers 429"),
    ],
    ids=["half", "cut", "prose", "words", "list", "html", "array", "none", "400", "500", "429"],
)
def test_what_is_no_answer_proposes_nothing_and_says_why(
    live: Live, run: Run, model: tuple[StandIn, str], answers: list[Answer], why: str
) -> None:
    model[0].answers = list(answers)
    status, out, err = run("--send")
    assert status == 1 and "Part 1 of the text: " in err and why in err
    assert "0 found, 0 proposed, 0 refused; 1 parts of the text without an answer" in out
    assert proposed(live) == []


def test_a_model_that_never_answers_is_not_waited_for(
    live: Live, run: Run, model: tuple[StandIn, str]
) -> None:
    model[0].answers = [None]
    status, _, err = run("--send", "--seconds", "0.5")
    assert status == 1 and "no answer in time" in err
    endless = f"{sys.executable} -c 'while True: pass'"
    status, _, err = run("--send", "--seconds", "0.5", "--command", endless)
    assert status == 1 and "no answer in time" in err
    assert proposed(live) == []


def test_a_busy_model_is_asked_again(live: Live, run: Run, model: tuple[StandIn, str]) -> None:
    fenced = f"```json\n{json.dumps({'positions': [RIGHT]})}\n```"
    model[0].answers = [(429, ""), (503, ""), says(fenced)]
    status, out, _ = run("--send")
    assert status == 0 and "1 found, 1 proposed" in out and len(model[0].asked) == 3


def test_one_part_without_an_answer_leaves_the_others(
    live: Live, run: Run, model: tuple[StandIn, str], tmp_path: Path
) -> None:
    (tmp_path / "text").write_text(f"A first part.\n\n{TEXT}", encoding="utf-8")
    model[0].answers = [says("Sorry"), found(RIGHT)]
    status, out, err = run("--send", "--characters", "100")
    assert status == 1 and "Part 1 of the text" in err
    assert "1 found, 1 proposed, 0 refused; 1 parts" in out


def test_a_command_answers_too(live: Live, run: Run, tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text(
        "import json, sys\n"
        f"assert {WORDS!r} in sys.stdin.buffer.read().decode()\n"
        f"print(json.dumps({{'positions': [{RIGHT!r}]}}))\n",
        encoding="utf-8",
    )
    status, out, _ = run("--send", "--command", f"{sys.executable} {program}", "--model", "mine")
    assert status == 0 and "1 proposed" in out
    assert proposed(live)[0]["proposed_by"]["model"] == "mine"
    broken = f"{sys.executable} -c 1/0"
    for command, why in (("no-such-program", "could not be run"), (broken, "ended with 1")):
        status, _, err = run("--send", "--command", command)
        assert status == 1 and why in err


def test_a_source_is_proposed_along(live: Live, run: Run, model: tuple[StandIn, str]) -> None:
    model[0].answers = [found(RIGHT)]
    named = ("--title", "A second report", "--url", "https://news.example/2")
    status, out, _ = run("--send", "--published-on", "2024-05-15", source=named)
    assert status == 0 and "1 proposed" in out
    [one] = proposed(live)
    assert one["request"]["source"]["title"] == "A second report"


def test_nothing_is_asked_unless_a_model_is_named(
    live: Live, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = str(tmp_path / "text")
    base = [file, "--negotiation", "lake", "--source", "1"]
    both = ["--model-url", "http://x", "--command", "y", "--model", "m"]
    for given in ([], both, ["--model-url", "http://x"]):
        with pytest.raises(SystemExit) as ended:
            script.main([*base, *given])
        assert ended.value.code == 2
    assert "name your model" in capsys.readouterr().err


def test_without_a_token_nothing_is_taken(
    run: Run, model: tuple[StandIn, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("API_TOKEN")
    model[0].answers = [found(RIGHT)]
    with pytest.raises(SystemExit, match="Parley refuses"):
        run("--send")
