"""Read a chat completion: the letter in it, or why there is none."""

from __future__ import annotations

import re
from typing import Any

from amends.usage import Completion, Outcome, Usage, estimated_tokens

_SURROGATE = re.compile("[\ud800-\udfff]")
_THOUGHTS = re.compile(r"\s*<think>(?:.*?</think>|.*\Z)", re.DOTALL)
_FENCE = re.compile(r"```[^\n`]*\n(.*?)\n?```", re.DOTALL)


class Unreadable(Exception):
    """An answer that is no chat completion. `code` is what the server's own error says, where it holds one."""

    def __init__(self, code: str = "") -> None:
        self.code = code
        super().__init__("the answer is no chat completion")


def read(answer: Any, prompt_tokens: int = 0) -> Completion:
    """Return what *answer*, as the SDK parsed it, holds. Raises Unreadable for what is no completion.

    Servers that count no tokens get *prompt_tokens* and an estimate of the output, so that budgets hold there too.
    """
    error = _field(answer, "error")
    if error:
        raise Unreadable(str(_field(error, "code") or _field(error, "type") or ""))
    choices = _field(answer, "choices")
    choice = choices[0] if isinstance(choices, list) and choices else None
    message = _field(choice, "message")
    content = _field(message, "content")
    if message is None or not isinstance(content, str | None):
        raise Unreadable
    # Half an emoji, cut by the server, would fail in every later encoding.
    text = _SURROGATE.sub("\ufffd", content or "")
    text = text if "<think>" not in text[:200] else _THOUGHTS.sub("", text, count=1)
    finish = str(_field(choice, "finish_reason") or "stop")
    return Completion(
        text=bare(text),
        usage=_usage(_field(answer, "usage"), prompt_tokens, text),
        finish_reason=finish,
        outcome=_outcome(text, finish, bool(_field(message, "refusal"))),
    )


def bare(text: str) -> str:
    """Return *text* without surrounding white space and without a code fence around the whole."""
    text = text.strip()
    fenced = _FENCE.fullmatch(text)
    return fenced[1].strip() if fenced else text


def _outcome(text: str, finish: str, refused: bool) -> Outcome:
    if finish == "content_filter":
        return "filtered"
    if refused:
        return "refused"
    if finish == "length":
        return "cut"
    return "letter" if text.strip() else "empty"


def _usage(counted: Any, prompt_tokens: int, text: str) -> Usage:
    given = _number(_field(counted, "prompt_tokens"))
    return Usage(
        requests=1,
        input_tokens=given if given is not None else prompt_tokens,
        cached_tokens=min(_number(_field(_field(counted, "prompt_tokens_details"), "cached_tokens")) or 0, given or 0),
        output_tokens=_number(_field(counted, "completion_tokens")) or estimated_tokens(text),
    )


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value >= 0 else None


def _field(value: Any, name: str) -> Any:
    """Return a field of an SDK object or a dict, None where there is none: servers leave out what they like."""
    return value.get(name) if isinstance(value, dict) else getattr(value, name, None)
