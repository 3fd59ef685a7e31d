"""The loop: ask, check, ask again for what failed, and keep the best."""

from __future__ import annotations

import asyncio
import gc
import json
import logging
import os
import signal
import subprocess
import sys
import threading
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fakes import HANG, RESET, ScriptedModel, ScriptedServer, completion, failure

import amends
from amends import draft as draft_module
from amends.report import ELEMENTS, FAULTS, Element, Fault, Report, Span
from amends.usage import Completion, Usage, estimated_input

RECORD = {
    "id": "INC-1",
    "scenario": "billing_error",
    "language": "en",
    "company": {"name": "Northwind"},
    "recipient": {"name": "Anna Reyes"},
    "sender": {"name": "Jon Bell", "role": "Head of Billing"},
    "what_happened": "Invoice 448210 was charged twice.",
    "when": {"start": "2026-04-03"},
    "impact": "You were missing 49 USD for four days.",
    "complaint": "You took my money twice!",
    "cause": "A retry in our payment system sent the charge a second time.",
    "remedies": [{"action": "refund", "by": "2026-04-12", "amount": {"value": "49.00", "currency": "USD"}}],
    "preventions": [{"action": "The payment system refuses a second charge for one invoice"}],
    "contact": {"email": "billing@northwind.example"},
    "facts": {"invoice": "448210"},
}
INCIDENT = amends.Incident.load(RECORD)
GOOD = (
    "Subject: Invoice 448210\n\nDear Anna Reyes,\n\nOur mistake. Sorry. Refund by 12 April.\n\nKind regards,\nJon Bell"
)
BAD = GOOD.replace("Our mistake. ", "").replace("Refund", "We regret any inconvenience. Refund")
WORSE = BAD.replace("Sorry. ", "")

MARKS = {"responsibility": "Our mistake", "remorse": "Sorry", "repair": "Refund"}


def look(letter: str, incident: amends.Incident) -> Report:
    """A check that anyone can foretell: each of three elements is a phrase, and so is one fault."""
    elements = {name: Element(present=MARKS.get(name, "") in letter, instruction=f"Mend {name}.") for name in ELEMENTS}
    at = letter.find("any inconvenience")
    spans = [] if at < 0 else [Span(start=at, end=at + 17, text="any inconvenience")]
    faults = {name: Fault(found=name == "generic_inconvenience" and bool(spans)) for name in FAULTS}
    faults["generic_inconvenience"] = Fault(found=bool(spans), spans=spans, instruction="Name the harm.")
    passed = all(element.present for element in elements.values()) and not spans
    return Report(passed=passed, language="en", words=len(letter.split()), elements=elements, faults=faults)


def drafted(answers: list[Any], letter: str | None = None, **options: Any) -> tuple[amends.Draft, ScriptedModel]:
    model = ScriptedModel(answers)
    with amends.Drafter(model, check=look, **options) as drafter:
        return drafter.draft(INCIDENT, letter=letter), model


def served(server: ScriptedServer, *script: Any, **options: Any) -> amends.Drafter:
    server.script = list(script)
    settings = {"base_url": server.url, "check": look, "timeout": 2.0, "deadline": 10.0, "tries": 3}
    return amends.Drafter("scripted", **{**settings, **options})


def test_a_first_letter_that_passes() -> None:
    """A letter that passes is the outcome, after one request."""
    draft, model = drafted([GOOD])
    assert (draft.letter, draft.passed, draft.stopped) == (GOOD, True, "passed")
    assert draft.subject == "Invoice 448210"
    assert len(model.asked) == 1


def test_a_second_that_mends(server: ScriptedServer) -> None:
    """A letter that fails, a second that is right: two requests, the second with record, letter and what failed."""
    with served(server, completion(BAD), completion(GOOD)) as drafter:
        draft = drafter.draft(INCIDENT)
    assert draft.passed
    assert draft.usage.requests == len(server.requests) == 2
    asked = server.requests[1].text
    for fact in ("448210", "2026-04-03", "49 USD", "2026-04-12", "billing@northwind.example", INCIDENT.cause, BAD):
        assert fact in asked
    assert "Mend responsibility." in asked
    assert "any inconvenience" in asked


def test_the_size_of_a_revision() -> None:
    """A revision is at most 70 % of a re-ask that resends the conversation, and does not grow with the attempts."""
    _, model = drafted([BAD, BAD, BAD, BAD, GOOD], attempts=5)
    first, *revisions = model.asked
    resent = estimated_input([*first, {"role": "assistant", "content": BAD}, revisions[0][-1]])
    assert {estimated_input(revision) for revision in revisions} == {estimated_input(revisions[0])}
    assert estimated_input(revisions[0]) <= 0.7 * resent


def test_a_provider_that_caches() -> None:
    """Where cached input is so cheap that resending costs less, the first prompt goes first, byte for byte."""
    model = ScriptedModel([BAD, BAD, GOOD], name="gpt-5-mini")
    with amends.Drafter(model, check=look) as drafter:
        drafter.draft(INCIDENT)
    first, second, third = model.asked
    assert second[:-2] == first
    assert second[-2] == {"role": "assistant", "content": BAD}
    assert "Mend responsibility." in second[-1]["content"]
    assert second == third


def test_a_given_letter_is_in_no_cache() -> None:
    """A given letter's revision is a short message of its own: the first prompt was never sent."""
    model = ScriptedModel([GOOD], name="gpt-5-mini")
    with amends.Drafter(model, check=look) as drafter:
        drafter.draft(INCIDENT, letter=BAD)
    assert len(model.asked[0]) == 2


def test_a_model_that_never_complies() -> None:
    """The best attempt comes back, marked, after as many requests as were allowed."""
    draft, model = drafted([WORSE, BAD, WORSE])
    assert len(model.asked) == 3
    assert (draft.letter, draft.passed, draft.stopped) == (BAD, False, "attempts")
    assert [attempt.kind for attempt in draft.attempts] == ["draft", "revision", "revision"]


def test_raise_for_status() -> None:
    """The exception names the verdicts, and never quotes the letter."""
    draft, _ = drafted([BAD], attempts=1)
    with pytest.raises(amends.DraftError) as caught:
        draft.raise_for_status()
    assert str(caught.value).endswith("responsibility, generic_inconvenience")
    assert "Dear" not in str(caught.value)


def test_a_revision_that_breaks_something() -> None:
    """A revision that loses what passed is not taken, though it fails in less: the best letter is asked about again."""
    broken = GOOD.replace("Sorry. ", "")
    draft, model = drafted([BAD, broken, BAD])
    assert draft.letter == BAD
    assert BAD in model.asked[2][-1]["content"]


def test_the_shorter_of_two_that_fail_alike() -> None:
    """Among letters that fail in the same verdicts, the one with fewer words over the limit is the best."""
    long = BAD.replace("Refund", "Refund " + "and more " * 200)
    draft, _ = drafted([long, BAD], attempts=2)
    assert draft.letter == BAD


def test_candidates() -> None:
    """Several first drafts are asked for at once; the best is what gets revised."""
    draft, model = drafted([WORSE, BAD, WORSE, GOOD], candidates=3)
    assert model.asked[0] == model.asked[1] == model.asked[2]
    assert BAD in model.asked[3][-1]["content"]
    assert draft.passed
    assert len(draft.attempts) == 4


def test_candidates_run_together(server: ScriptedServer) -> None:
    """Three candidates that take 0.6 s each take less than two in a row."""
    slow = completion(BAD)._replace(seconds=0.6)
    with served(server, slow, slow, slow, candidates=3, attempts=1) as drafter:
        drafter.draft(INCIDENT)
    at = [request.at for request in server.requests]
    assert len(at) == 3
    assert max(at) - min(at) < 0.5


def test_a_given_letter_that_passes() -> None:
    """A letter that passes comes back byte for byte, without a request."""
    given = f"\r\n  {GOOD}\u200b \n"
    draft, model = drafted([], letter=given)
    assert (draft.letter, model.asked, draft.diff, draft.usage.requests) == (given, [], "", 0)
    assert draft.usage.cost == 0


def test_a_given_letter_that_fails() -> None:
    """A given letter is the first attempt: only its revision is asked for, and the diff shows what changed."""
    draft, model = drafted([GOOD], letter=BAD)
    assert len(model.asked) == 1
    assert BAD in model.asked[0][-1]["content"]
    assert [attempt.kind for attempt in draft.attempts] == ["given", "revision"]
    assert draft.diff.startswith("--- given\n+++ revised\n")
    assert "-Sorry. We regret any inconvenience. Refund by 12 April." in draft.diff


def test_a_given_letter_and_no_model() -> None:
    """A given letter that fails is no outcome when the model cannot be reached."""
    with pytest.raises(amends.ModelError, match="unplugged"):
        drafted([amends.ModelError("unplugged")], letter=BAD)


@pytest.mark.parametrize("outcome", ["empty", "cut", "refused", "filtered"])
def test_only_answers_that_are_no_letter(outcome: Any) -> None:
    """Nothing but empty, cut, refused or filtered answers is an error that says what to do."""
    with pytest.raises(amends.ModelError) as caught:
        drafted([Completion("Dear", outcome=outcome)] * 3)
    assert f"gave no letter in 3 answers ({outcome}, {outcome}, {outcome}): " in str(caught.value)
    assert "another model" in str(caught.value) or "max_tokens" in str(caught.value)


def test_a_refusal_between() -> None:
    """An answer that is no letter is an attempt without a report, and is never the outcome."""
    draft, model = drafted([Completion("", outcome="refused"), BAD, Completion("Dear", outcome="cut")])
    assert draft.letter == BAD
    assert [(a.outcome, a.report is None) for a in draft.attempts] == [
        ("refused", True), ("letter", False), ("cut", True),
    ]  # fmt: skip
    assert model.asked[0] == model.asked[1]


def test_the_model_breaks_down_after_a_letter() -> None:
    """A letter that was paid for is kept when the model fails later, and the reason is told."""
    draft, _ = drafted([BAD, amends.ModelError("unplugged", requests=4)])
    assert (draft.letter, draft.stopped, draft.problem) == (BAD, "model", "unplugged")
    assert draft.usage.requests == 5


def test_fallback(server: ScriptedServer, caplog: pytest.LogCaptureFixture) -> None:
    """A model that cannot be reached is replaced by the fallback, which says so."""
    caplog.set_level(logging.WARNING)
    with served(server, RESET, RESET, RESET, fallback=ScriptedModel([GOOD], name="second")) as drafter:
        draft = drafter.draft(INCIDENT)
    assert (draft.passed, draft.fallback_used, draft.model) == (True, True, "second")
    assert "cannot be reached" in draft.problem
    assert "second writes instead" in caplog.text
    assert draft.usage.requests == 4


def test_the_offline_writer() -> None:
    """With nothing configured the built-in writer writes, at no cost, from the record alone."""
    with amends.Drafter(check=look) as drafter:
        draft = drafter.draft(INCIDENT)
    assert draft.model == "offline"
    assert draft.usage == Usage(cost=Decimal(0))
    assert "448210" in draft.letter
    assert len(draft.attempts) == 1


def test_token_budget() -> None:
    """No request begins that would go over the token budget."""
    draft, model = drafted([BAD, GOOD], token_budget=1300)
    assert (len(model.asked), draft.stopped, draft.passed) == (1, "tokens", False)


def test_time_budget(server: ScriptedServer) -> None:
    """A request that outlasts the time budget is given up; the letter before it is kept."""
    start = time.monotonic()
    with served(server, completion(BAD), HANG, time_budget=1.0, timeout=30.0) as drafter:
        draft = drafter.draft(INCIDENT)
    assert time.monotonic() - start < 4
    assert (draft.letter, draft.stopped) == (BAD, "seconds")


def test_time_budget_without_a_letter(server: ScriptedServer) -> None:
    """A time budget that ends before the first letter is an error that says what to do."""
    with served(server, HANG, time_budget=0.5, timeout=30.0) as drafter, pytest.raises(amends.ModelError) as caught:
        drafter.draft(INCIDENT)
    assert "gave no letter within 0.5 s: raise the time budget" in str(caught.value)


def priced(server: ScriptedServer, *script: Any, **options: Any) -> amends.Drafter:
    server.script = list(script)
    return amends.Drafter("gpt-4o-mini", base_url=server.url, check=look, **options)


def test_cost(server: ScriptedServer) -> None:
    """The cost of all attempts is summed at list price: 20,000 tokens at 0.15 and 200 at 0.60 USD a million, twice."""
    with priced(server, completion(BAD, prompt=20_000), completion(GOOD, prompt=20_000)) as drafter:
        assert drafter.draft(INCIDENT).usage.cost == Decimal("0.00624")


def test_money_budget(server: ScriptedServer) -> None:
    """No request begins that would cost more than is left."""
    with priced(server, completion(BAD, prompt=20_000), completion(GOOD), money_budget=0.0032) as drafter:
        draft = drafter.draft(INCIDENT)
    assert (len(server.requests), draft.stopped) == (1, "money")


def test_money_for_not_even_one_letter(server: ScriptedServer) -> None:
    """A money budget below the first request is an error before it."""
    with (
        priced(server, money_budget=0.000001) as drafter,
        pytest.raises(amends.UsageError, match="a first letter costs"),
    ):
        drafter.draft(INCIDENT)
    assert server.requests == []


def test_money_without_a_price() -> None:
    """A money budget for a model without a known price is refused at once."""
    with pytest.raises(amends.UsageError) as caught:
        amends.Drafter(ScriptedModel([]), money_budget=1)
    assert str(caught.value).startswith("money_budget: no price is known for 'scripted' (set token_budget instead")


@pytest.mark.parametrize("name", ["attempts", "candidates", "token_budget", "time_budget", "money_budget", "timeout"])
def test_nothing_below_one(name: str) -> None:
    """A bound of zero is refused by its name."""
    with pytest.raises(amends.UsageError, match=f"{name}: 0 is not more than 0"):
        amends.Drafter(ScriptedModel([]), **{name: 0})  # type: ignore[arg-type]


def test_exhausted_server(server: ScriptedServer) -> None:
    """A server that only fails is asked as often as was stated, not more: no multiplied retries."""
    with served(server, *[failure(500)] * 20) as drafter, pytest.raises(amends.ModelError) as caught:
        drafter.draft(INCIDENT)
    assert len(server.requests) == 3
    assert "the server failed (500) (3 requests in" in str(caught.value)


def test_a_code_fence() -> None:
    """A fence around the whole letter is not part of it."""
    draft, _ = drafted([f"```text\n{GOOD}\n```\n"])
    assert draft.letter == GOOD


@pytest.mark.parametrize(
    ("language", "channel", "letter", "subject"),
    [
        ("pl", "email", "Temat: Faktura 448210\n\nSzanowna Pani,", "Faktura 448210"),
        ("zh", "email", "主题：账单448210\n\n尊敬的客户：", "账单448210"),
        ("el", "email", "\nΘέμα: Τιμολόγιο\n\nΑγαπητή Άννα,", "Τιμολόγιο"),
        ("ar", "email", "\u200fالموضوع: الفاتورة 448210\n\nعزيزتي", "الفاتورة 448210"),
        ("en", "email", "Dear Anna,\n\nSubject: no", ""),
        ("en", "letter", "Subject: Invoice\n\nDear Anna,", ""),
    ],
)
def test_subject(language: str, channel: str, letter: str, subject: str) -> None:
    """The subject is an email's first line without its label, in the language of the label."""
    incident = amends.Incident.load({**RECORD, "language": language, "channel": channel})
    assert draft_module.subject(letter, incident) == subject


def test_as_json() -> None:
    """A draft goes into JSON with the names that scripts rely on."""
    draft, _ = drafted([Completion("", outcome="empty"), GOOD])
    table = json.loads(json.dumps(draft.to_dict()))
    assert list(table) == ["id", "letter", "subject", "passed", "report", "attempts", "usage", "model"]
    assert table["usage"] == {
        "requests": 1, "input_tokens": 1000, "cached_tokens": 0, "output_tokens": 200, "cost": None,
    }  # fmt: skip
    assert [attempt["outcome"] for attempt in table["attempts"]] == ["empty", "letter"]


def test_a_judge() -> None:
    """A judge that denies an element of a letter that passes leaves a doubt, never a failure, and is counted."""
    judge = ScriptedModel(["remorse | no |"], name="judge")
    draft, _ = drafted([GOOD], judge=judge)
    assert (draft.passed, draft.report.needs_look, draft.usage.requests) == (True, True, 2)


def test_a_judge_sees_only_what_passed() -> None:
    """A letter that fails is not shown to the judge."""
    judge = ScriptedModel([])
    drafted([BAD], judge=judge, attempts=1)
    assert judge.asked == []


def test_a_judge_out_of_reach() -> None:
    """A letter is not lost with its judge: somebody should look at it."""
    draft, _ = drafted([GOOD], judge=ScriptedModel([amends.ModelError("unplugged")]))
    assert (draft.passed, draft.report.needs_look, draft.problem) == (True, True, "no second opinion: unplugged")


def test_beside_a_running_loop() -> None:
    """draft() works where an event loop runs already, as in a notebook, and adraft() gives the same."""
    model = ScriptedModel([GOOD, GOOD])
    drafter = amends.Drafter(model, check=look)

    async def cell() -> tuple[amends.Draft, amends.Draft]:
        return drafter.draft(INCIDENT), await drafter.adraft(INCIDENT)

    first, second = asyncio.run(cell())
    drafter.close()
    assert first.letter == second.letter == GOOD


def test_many_threads(server: ScriptedServer) -> None:
    """One Drafter serves several threads at once."""
    with served(server, *[completion(GOOD)] * 8) as drafter:
        passed: list[bool] = []
        threads = [threading.Thread(target=lambda: passed.append(drafter.draft(INCIDENT).passed)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert passed == [True] * 8


def test_again_after_close(server: ScriptedServer) -> None:
    """A closed Drafter opens again when it is used, and leaves no thread behind."""
    drafter = served(server, completion(GOOD), completion(GOOD))
    for _ in range(2):
        with drafter:
            assert drafter.draft(INCIDENT).passed
    assert "amends" not in [thread.name for thread in threading.enumerate()]


def test_a_drafter_that_nobody_closes(server: ScriptedServer) -> None:
    """A forgotten Drafter takes its thread with it."""
    drafter = served(server, completion(GOOD))
    drafter.draft(INCIDENT)
    del drafter
    gc.collect()
    until = time.monotonic() + 5
    while "amends" in [t.name for t in threading.enumerate()] and time.monotonic() < until:
        time.sleep(0.02)
    assert "amends" not in [thread.name for thread in threading.enumerate()]


SCRIPT = """
import sys
sys.path.insert(0, sys.argv[3])
import amends, test_drafting
drafter = amends.Drafter("scripted", base_url=sys.argv[1], check=test_drafting.look)
print("ready", flush=True)
drafter.draft(amends.Incident.load(sys.argv[2]))
"""


def run_script(server: ScriptedServer, tmp_path: Any) -> subprocess.Popen[str]:
    record = tmp_path / "record.json"
    record.write_text(json.dumps(RECORD), encoding="utf-8")
    command = [sys.executable, "-c", SCRIPT, server.url, str(record), str(Path(__file__).parent)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    return process


def test_a_script_ends(server: ScriptedServer, tmp_path: Any) -> None:
    """A script that never closes its Drafter ends by itself, with nothing on stderr."""
    server.script = [completion(GOOD)] * 3
    process = run_script(server, tmp_path)
    assert (process.communicate(timeout=30)[1], process.returncode) == ("", 0)


def test_interrupted(server: ScriptedServer, tmp_path: Any) -> None:
    """Ctrl-C ends a request that hangs at once."""
    server.script = [HANG]
    process = run_script(server, tmp_path)
    until = time.monotonic() + 20
    while not server.requests and time.monotonic() < until:
        time.sleep(0.05)
    os.kill(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=10)
    assert errors.rstrip().endswith("KeyboardInterrupt")


def test_cancelled(server: ScriptedServer) -> None:
    """Cancelling adraft() cancels the request under way."""

    async def cancel() -> None:
        drafter = served(server, HANG, timeout=30.0)
        task = asyncio.create_task(drafter.adraft(INCIDENT))
        while not server.requests:
            await asyncio.sleep(0.02)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await asyncio.sleep(0.05)
        assert asyncio.all_tasks() == {asyncio.current_task()}
        await drafter.aclose()

    asyncio.run(cancel())
