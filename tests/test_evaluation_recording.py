"""Recording a model's answers, and replaying them."""

import asyncio

import pytest

from amends.errors import ModelError
from amends.evaluation.recording import Recording
from amends.usage import Completion, Usage


class Writer:
    """A model that counts what it is asked."""

    name = "writer"

    async def write(self, messages, *, max_tokens=None, incident=None):
        return Completion("Przepraszamy.", Usage(1, 10, 0, 3))


ASK = [{"role": "user", "content": "żółć"}]


def test_replayed_without_the_model(tmp_path):
    """What was recorded comes back whole, without the model."""
    file = tmp_path / "answers.jsonl"
    first = asyncio.run(Recording(file, Writer()).write(ASK))
    replay = Recording(file, name="writer")
    assert asyncio.run(replay.write(ASK)) == first
    assert replay.hits == 1


def test_repeat_is_another_answer(tmp_path):
    """Another repeat, prompt or bound is not answered from the recording."""
    file = tmp_path / "answers.jsonl"
    asyncio.run(Recording(file, Writer()).write(ASK))
    for recording, bound in ((Recording(file, name="writer", repeat=1), None), (Recording(file, name="writer"), 9)):
        with pytest.raises(ModelError, match="holds no answer"):
            asyncio.run(recording.write(ASK, max_tokens=bound))


def test_half_a_line_is_asked_again(tmp_path):
    """A line that a killed run cut is asked again, and what is added after it can be read."""
    file = tmp_path / "answers.jsonl"
    asyncio.run(Recording(file, Writer()).write(ASK))
    file.write_text(file.read_text("utf-8")[:40], "utf-8")
    again = Recording(file, Writer())
    asyncio.run(again.write(ASK))
    assert again.asked == 1
    assert asyncio.run(Recording(file, name="writer").write(ASK)).text == "Przepraszamy."
