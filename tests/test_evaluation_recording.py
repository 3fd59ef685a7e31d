"""Recording a model's answers, and replaying them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from amends.errors import DataError, ModelError
from amends.evaluation.recording import Recording
from amends.usage import Completion, Message, Usage


class Counting:
    """A model that counts what it is asked."""

    def __init__(self, name: str = "writer") -> None:
        self.name, self.asked = name, 0

    async def write(self, messages: list[Message], *, max_tokens: int | None = None, **_: object) -> Completion:
        self.asked += 1
        return Completion(f"Przepraszamy.\n\n{self.asked}", Usage(1, 10, 0, 3))


ASK: list[Message] = [{"role": "user", "content": "żółć"}]


def ask(recording: Recording, repeat: int = 0, messages: list[Message] = ASK, max_tokens: int | None = None) -> str:
    """Return the answer to the first request of a letter."""
    return asyncio.run(recording.for_letter("pl-a", repeat).write(messages, max_tokens=max_tokens)).text


def test_replayed_without_the_model(tmp_path: Path) -> None:
    """What was recorded comes back whole, with the time it took, and the model's name is in the file."""
    file = tmp_path / "answers.txt"
    first = asyncio.run(Recording(file, Counting()).for_letter("pl-a").write(ASK))
    replay = Recording(file)
    again = asyncio.run(replay.for_letter("pl-a").write(ASK))
    assert again._replace(seconds=None) == first._replace(seconds=None)
    assert (replay.name, replay.hits, replay.asked) == ("writer", 1, 0)


@pytest.mark.parametrize(
    "other", [{"repeat": 1}, {"max_tokens": 9}, {"messages": [{"role": "user", "content": "żółw"}]}], ids=str
)
def test_another_question_is_not_answered(other: dict[str, object], tmp_path: Path) -> None:
    """Another repeat, prompt or bound is not answered from the recording."""
    file = tmp_path / "answers.txt"
    ask(Recording(file, Counting()))
    with pytest.raises(ModelError, match=r"answers\.txt: holds no answer"):
        ask(Recording(file), **other)  # type: ignore[arg-type]


def test_candidates_are_different_answers(tmp_path: Path) -> None:
    """The same question asked twice for one letter has two answers, in their order, also from the file."""
    file = tmp_path / "answers.txt"
    model = Counting()

    async def twice(recording: Recording) -> list[str]:
        writer = recording.for_letter("pl-a")
        return [answer.text for answer in await asyncio.gather(writer.write(ASK), writer.write(ASK))]

    first = asyncio.run(twice(Recording(file, model)))
    assert first == ["Przepraszamy.\n\n1", "Przepraszamy.\n\n2"]
    assert asyncio.run(twice(Recording(file))) == first


def test_the_file_can_be_reviewed(tmp_path: Path) -> None:
    """The letter stands in the file line by line, under the id of its incident."""
    file = tmp_path / "answers.txt"
    ask(Recording(file, Counting()))
    lines = file.read_text("utf-8").split("\n")
    assert '  "Przepraszamy.",' in lines
    assert ' "letter": "pl-a",' in lines


@pytest.mark.parametrize("kept", [1, 40, 200, -1, -2, -3])
def test_half_an_answer_is_asked_again(kept: int, tmp_path: Path) -> None:
    """What a killed run left half written is asked again; what stands before and after it can be read."""
    file = tmp_path / "answers.txt"
    ask(Recording(file, Counting()))
    whole = file.read_text("utf-8")
    ask(Recording(file, Counting()), repeat=1)
    second = file.read_text("utf-8").removeprefix(whole)
    file.write_text(whole + second[:kept], "utf-8")
    model = Counting()
    for repeat in (0, 1, 2):
        ask(Recording(file, model), repeat)
    assert model.asked == (1 if kept == -1 else 2)
    ask(Recording(file), 0)
    ask(Recording(file), 1)
    ask(Recording(file), 2)


def test_settings_tell_answers_apart(tmp_path: Path) -> None:
    """The answers of another server or temperature are not used, and a file of two models names no one to replay."""
    file = tmp_path / "answers.txt"
    ask(Recording(file, Counting()))
    other = Counting()
    other.base_url = "http://127.0.0.1:1/v1"  # type: ignore[attr-defined]
    ask(Recording(file, other))
    assert other.asked == 1
    with pytest.raises(DataError, match="holds the answers of 2 models"):
        Recording(file)


@pytest.mark.parametrize(
    ("content", "problem"),
    [(None, "cannot be read"), ("", "holds no answers"), ("Dear secret", "is no recording")],
    ids=["none", "empty", "letter"],
)
def test_no_recording(content: str | None, problem: str, tmp_path: Path) -> None:
    """A file without answers cannot be replayed; the error names it and quotes nothing."""
    file = tmp_path / "answers.txt"
    if content is not None:
        file.write_text(content, "utf-8")
    with pytest.raises(DataError, match=rf"answers\.txt: {problem}") as caught:
        Recording(file)
    assert "secret" not in str(caught.value)


def test_a_letter_is_no_recording_to_add_to(tmp_path: Path) -> None:
    """Answers are not added to a file that is something else, such as a run."""
    for content in ("Dear Ms Lee,\n", '{\n "format": "amends-eval"\n}\n'):
        (tmp_path / "letter.txt").write_text(content, "utf-8")
        with pytest.raises(DataError, match="is no recording"):
            Recording(tmp_path / "letter.txt", Counting())
