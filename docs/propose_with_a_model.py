#!/usr/bin/env python3
r"""Let a language model of your own read a text, and propose what it finds; editors decide.

    python docs/propose_with_a_model.py article.txt --negotiation lake --source 7 \
        --model-url http://127.0.0.1:11434/v1 --model some-model       # look
    API_TOKEN=… python docs/propose_with_a_model.py … --server https://… --send    # propose
    … --command "some-program --json"      # instead of --model-url: text in, JSON out

Parley has no model and never calls one: this script does, and only where you say with --model-url
(any server that speaks as OpenAI's does) or --command. A key for it is read from MODEL_KEY.

The text is that of a saved source (--source), or of one that is proposed along (--title with --url
or --reference). The model is asked for quotes word for word. Nothing is checked here: Parley checks
each quote against the text of its source, and refuses what does not occur there. Words of the text
may steer the model, so that a person has to decide about all of it.
"""

import argparse
import hashlib
import http.client
import json
import os
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

Json = dict[str, Any]
TOOL, VERSION = "propose_with_a_model", "1"
MOST_BYTES = 4_000_000  # of an answer
TRIES, LONGEST_PAUSE = 3, 30  # where a model is busy; seconds
INSTRUCTIONS = """\
You find in a text what parties to a negotiation want. For each statement give the party, the option
of an issue, and the quote that shows it: copied from the text word for word, in its own language,
never translated, shortened or put right. Leave out what the quote alone does not show. `attitude`
is prefers, accepts or rejects. `condition` is what the party makes it depend on, else null.
`speaker` is who says the quote, null where the text itself says it. `said_on` is the day on which
it was said, such as 2025-03-13, null if the text does not say. `note` says in a few words why.
Answer with JSON of this form, and nothing else: {"positions": [{"party": "…", "option": "…",
"attitude": "…", "condition": null, "quote": "…", "speaker": null, "said_on": null, "note": "…"}]}
The parties, and the options as issue/option:
"""


class NoAnswer(Exception):
    """Say why a model gave nothing that can be used."""


@dataclass(frozen=True)
class Asking:
    """What to ask a model with: its instructions, the form of its answer, and a time limit."""

    instructions: str
    schema: Json
    seconds: float

    @property
    def prompt_sha256(self) -> str:
        """The hash of the instructions, by which runs are compared."""
        return hashlib.sha256(self.instructions.encode()).hexdigest()


Model = Callable[[Asking, str], str]


def asking(book: Json, seconds: float) -> Asking:
    """Write the instructions for a negotiation, as its parties and issues are."""
    lines, options = [], []
    for party in book["parties"]:
        lines.append(f"party {party['slug']}: {party['name']}")
    for issue in book["issues"]:
        lines.append(f"issue {issue['slug']}: {issue['title']}. {issue.get('question') or ''}")
        for option in issue["options"]:
            if not option.get("retired"):
                options.append(f"{issue['slug']}/{option['slug']}")
                lines.append(f"option {options[-1]}: {option['label']}")
    text = {"type": "string"}
    maybe = {"type": ["string", "null"]}
    fields = {
        "party": {"enum": [party["slug"] for party in book["parties"]]},
        "option": {"enum": options},
        "attitude": {"enum": ["prefers", "accepts", "rejects"]},
        "condition": maybe, "quote": text, "speaker": maybe, "said_on": maybe, "note": text,
    }  # fmt: skip
    one = {"type": "object", "properties": fields, "required": list(fields)}
    one["additionalProperties"] = False
    schema = {
        "type": "object",
        "properties": {"positions": {"type": "array", "items": one}},
        "required": ["positions"],
        "additionalProperties": False,
    }
    return Asking(INSTRUCTIONS + "\n".join(lines), schema, seconds)


def pieces(text: str, longest: int) -> Iterator[str]:
    """Cut a text into pieces between paragraphs; a longer paragraph is a piece by itself."""
    piece = ""
    for paragraph in text.split("\n\n"):
        if piece and len(piece) + len(paragraph) > longest:
            yield piece
            piece = ""
        piece += ("\n\n" if piece else "") + paragraph
    if piece.strip():
        yield piece


def server_model(base: str, model: str, key: str) -> Model:
    """Return a model behind an OpenAI-compatible server; one that is busy is asked again."""

    def ask(asked: Asking, text: str) -> str:
        roles = (("system", asked.instructions), ("user", text))
        body = {
            "model": model,
            "temperature": 0,
            "messages": [{"role": role, "content": content} for role, content in roles],
            "response_format": {
                "type": "json_schema",
                "json_schema": {"name": "positions", "strict": True, "schema": asked.schema},
            },
        }
        headers = {"Content-Type": "application/json"} | (
            {"Authorization": f"Bearer {key}"} if key else {}
        )
        address = f"{base.rstrip('/')}/chat/completions"
        request = urllib.request.Request(address, json.dumps(body).encode(), headers)
        said = _patiently(request, time.monotonic() + asked.seconds)
        try:
            [choice, *_] = json.loads(said)["choices"]
            content = choice["message"]["content"]
        except (ValueError, KeyError, TypeError) as error:
            raise NoAnswer("the server does not answer as OpenAI's does") from error
        if choice.get("finish_reason") == "length":
            raise NoAnswer("the answer was cut off: ask with fewer --characters")
        return str(content)

    return ask


def _patiently(request: urllib.request.Request, until: float) -> bytes:
    """Send a request to a model; wait and try again where it is busy, until the time is over."""
    for left in reversed(range(TRIES)):
        try:
            limit = max(until - time.monotonic(), 0.01)
            with urllib.request.urlopen(request, timeout=limit) as answer:
                return _read(answer, until)
        except urllib.error.HTTPError as error:
            pause = _pause(error)
            again = error.code == 429 or error.code >= 500
            if not again or not left or time.monotonic() + pause >= until:
                raise NoAnswer(f"the server answers {error.code}") from error
            time.sleep(pause)
        except TimeoutError as error:
            raise NoAnswer("no answer in time") from error
        except (OSError, http.client.HTTPException) as error:
            slow = isinstance(getattr(error, "reason", None), TimeoutError)
            raise NoAnswer("no answer in time" if slow else f"no connection: {error}") from error
    raise NoAnswer("no answer")


def _pause(error: urllib.error.HTTPError) -> float:
    said = error.headers.get("Retry-After", "")
    return min(float(said) if said.isdecimal() else 1.0, LONGEST_PAUSE)


def _read(answer: Any, until: float) -> bytes:
    """Read an answer that may come slowly, or never end."""
    found = b""
    while part := answer.read1(65_536):
        found += part
        if len(found) > MOST_BYTES:
            raise NoAnswer("the answer is too long")
        if time.monotonic() > until:
            raise NoAnswer("no answer in time")
    return found


def command_model(command: str) -> Model:
    """Return a program that gets instructions and text, and prints its answer."""

    def ask(asked: Asking, text: str) -> str:
        told = f"{asked.instructions}\n\nThe text:\n\n{text}"
        try:
            done = subprocess.run(
                shlex.split(command), input=told, capture_output=True, text=True,
                timeout=asked.seconds, check=True, encoding="utf-8",
            )  # fmt: skip
        except subprocess.TimeoutExpired as error:
            raise NoAnswer("no answer in time") from error
        except subprocess.CalledProcessError as error:
            why = (error.stderr or "").strip()[-200:]
            raise NoAnswer(f"the command ended with {error.returncode}: {why}") from error
        except (OSError, ValueError) as error:
            raise NoAnswer(f"the command could not be run: {error}") from error
        return done.stdout

    return ask


def read_answer(said: str) -> list[Json]:
    """Return the positions in an answer; raise NoAnswer for anything but the JSON asked for."""
    text = said.strip()
    if text.startswith("```"):  # as many models write it
        text = text.partition("\n")[2].rpartition("```")[0]
    try:
        found = json.loads(text)["positions"]
    except (ValueError, KeyError, TypeError) as error:
        raise NoAnswer(f"not the JSON that was asked for, but “{said.strip()[:60]}”") from error
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise NoAnswer("not a list of positions")
    return found


@dataclass(frozen=True)
class Making:
    """What all proposals of a run share."""

    negotiation: str
    proposed_by: Json
    source_id: int | None
    source: Json | None
    speakers: frozenset[str]

    def proposal(self, found: Json) -> Json:
        """Make a proposal of what a model has found; Parley judges what it says."""
        quote: Json = {"exact": found.get("quote") or ""}
        if self.source_id is not None:
            quote["source_id"] = self.source_id
        if speaker := found.get("speaker"):
            quote["speaker"] = speaker if speaker in self.speakers else {"name": speaker}
        else:
            quote["kind"] = "reported"
        if found.get("said_on"):
            quote["said_on"] = found["said_on"]
        issue, _, option = str(found.get("option") or "").partition("/")
        position: Json = {
            "negotiation": self.negotiation, "party": found.get("party") or "", "issue": issue,
            "attitudes": {option: found.get("attitude") or ""}, "quotes": [quote],
        }  # fmt: skip
        if found.get("condition"):
            position["conditions"] = {option: found["condition"]}
        made: Json = {"kind": "position", "position": position, "proposed_by": self.proposed_by}
        if self.source:
            made["source"] = self.source
        if found.get("note"):
            made["note"] = str(found["note"])[:5_000]
        return made


class Parley:
    """A Parley server, asked with a token."""

    def __init__(self, base: str, token: str) -> None:
        self.base, self.token = base.rstrip("/"), token

    def ask(self, path: str, body: Json | None = None) -> tuple[int, Json]:
        """Send a request; return status and answer."""
        headers = {"Content-Type": "application/json"}
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = None if body is None else json.dumps(body, sort_keys=True).encode()
        if data is not None:  # a request that is sent again is not done again
            headers["Idempotency-Key"] = hashlib.sha256(data).hexdigest()
        request = urllib.request.Request(f"{self.base}/api/v1{path}", data, headers)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            return error.code, json.load(error)
        except OSError as error:
            raise SystemExit(f"Parley cannot be reached: {error}") from error

    def read(self, path: str) -> Any:
        """Return what an address answers; end the script if it refuses."""
        status, answer = self.ask(path)
        if status != 200:
            raise SystemExit(f"Parley refuses {path}: {answer.get('detail', status)}")
        return answer

    def speakers(self) -> frozenset[str]:
        """Return the names of all speakers."""
        names, cursor = set(), ""
        while True:
            answer = self.read(f"/speakers?limit=500{cursor}")
            names |= {row["name"] for row in answer["data"] if row["name"]}
            if not answer["meta"]["next"]:
                return frozenset(names)
            cursor = f"&cursor={urllib.parse.quote(answer['meta']['next'])}"


def send(parley: Parley, made: Json) -> str | None:
    """Propose; print what was taken, and return why it was refused, or None."""
    status, answer = parley.ask("/proposals", made)
    words = made["position"]["quotes"][0]["exact"]
    if status == 201:
        row = answer["data"]
        hints = "".join(f"\n    ! {warning['detail']}" for warning in row["warnings"])
        print(f"{row['url']} ({row['state']}) {row['party']} on {row['issue']}: “{words}”{hints}")
        return None
    if status in (401, 403, 409):
        raise SystemExit(f"Parley refuses: {answer.get('detail', status)}")
    said = []
    for fault in answer.get("errors") or [{"detail": answer.get("detail", str(status))}]:
        closest = fault.get("closest")
        near = f" (closest: “{closest['exact']}”)" if closest else ""
        said.append(f"{fault.get('pointer', '')} {fault['detail']}{near}".strip())
    return f"“{words[:80]}”: {'; '.join(said)}"


def _arguments(given: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("file", type=Path, help="the text of the source, as Parley has it")
    parser.add_argument("--negotiation", required=True)
    parser.add_argument("--source", type=int, help="number of the saved source")
    for name in ("title", "url", "reference", "published-on"):
        parser.add_argument(f"--{name}", help="of a source that is proposed along")
    parser.add_argument("--model-url", help="such as http://127.0.0.1:11434/v1")
    parser.add_argument("--command", help="a program that answers on standard output")
    parser.add_argument("--model", help="its name, told to editors and later to readers")
    parser.add_argument("--run", help="name of this run; left out: the time")
    parser.add_argument("--characters", type=int, default=12_000, help="that are sent at once")
    parser.add_argument("--seconds", type=float, default=300, help="that each answer may take")
    parser.add_argument("--server", default="http://127.0.0.1:8000")
    parser.add_argument("--send", action="store_true", help="propose; otherwise only look")
    asked = parser.parse_args(given)
    if bool(asked.model_url) == bool(asked.command):
        parser.error("name your model: either --model-url or --command")
    if asked.model_url and not asked.model:
        parser.error("--model-url needs --model")
    if (asked.source is None) == (asked.title is None):
        parser.error("name the source: either --source, or --title with --url or --reference")
    return asked


def _making(asked: argparse.Namespace, parley: Parley, prompt: str, text: str) -> Making:
    by = {
        "tool": TOOL, "version": VERSION, "model": asked.model or shlex.split(asked.command)[0],
        "run": asked.run or datetime.now(UTC).isoformat(timespec="seconds"),
        "prompt_sha256": prompt,
    }  # fmt: skip
    source = None
    if asked.source is None:
        given = {"title": asked.title, "url": asked.url, "reference": asked.reference}
        given["published_on"] = asked.published_on
        source = {"text": text} | {name: value for name, value in given.items() if value}
    return Making(asked.negotiation, by, asked.source, source, parley.speakers())


def main(arguments: list[str] | None = None) -> int:
    """Run the command; return 0 if everything was taken, 1 if something was left out."""
    asked = _arguments(arguments)
    text = asked.file.read_text("utf-8")
    parley = Parley(asked.server, os.environ.get("API_TOKEN", ""))
    key = os.environ.get("MODEL_KEY", "")
    slug = urllib.parse.quote(asked.negotiation, safe="")
    wanted = asking(parley.read(f"/negotiations/{slug}")["data"], asked.seconds)
    making = _making(asked, parley, wanted.prompt_sha256, text)
    model = (
        server_model(asked.model_url, asked.model, key)
        if asked.model_url
        else command_model(asked.command)
    )
    found, taken, failed = 0, 0, 0
    for number, piece in enumerate(pieces(text, asked.characters), 1):
        try:
            rows = read_answer(model(wanted, piece))
        except NoAnswer as error:
            failed += 1
            print(f"Part {number} of the text: {error}", file=sys.stderr)
            continue
        for made in map(making.proposal, rows):
            found += 1
            if not asked.send:
                print(json.dumps(made["position"], ensure_ascii=False))
            elif why := send(parley, made):
                print(why, file=sys.stderr)
            else:
                taken += 1
    refused = f"{taken} proposed, {found - taken} refused" if asked.send else "none proposed"
    print(f"{found} found, {refused}; {failed} parts of the text without an answer.")
    return 1 if failed or (asked.send and taken < found) else 0


if __name__ == "__main__":
    raise SystemExit(main())
