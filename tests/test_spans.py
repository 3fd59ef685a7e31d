"""OpenTelemetry spans: what they tell, and what they never hold."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from batches import corpus
from fakes import ScriptedModel, ScriptedServer, completion, failure
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.semconv._incubating.attributes import gen_ai_attributes as names
from opentelemetry.semconv.attributes import error_attributes, server_attributes

from amends import Drafter, Incident, ModelError, spans


@pytest.fixture
def exporter(monkeypatch: pytest.MonkeyPatch) -> Iterator[InMemorySpanExporter]:
    """What a program with its own tracer provider gets; the provider of this process can be set only once."""
    provider, memory = TracerProvider(), InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    monkeypatch.setattr(trace, "get_tracer", lambda name, **rest: provider.get_tracer(name, **rest))
    yield memory
    provider.shutdown()


INCIDENT = Incident.load(corpus.incident(1))
LETTERS = [corpus.letter(1, drop=("remorse",)), corpus.letter(1)]


def named(spans: tuple[ReadableSpan, ...], name: str) -> list[ReadableSpan]:
    return [span for span in spans if span.name == name]


def test_a_letter_and_its_calls(exporter: InMemorySpanExporter, server: ScriptedServer) -> None:
    """A draft holds its model calls and its checks, with the conventions' names for model, provider and tokens."""
    server.script = [completion(text, prompt=900, cached=100, output=210) for text in LETTERS]
    with Drafter("gpt-5-mini", base_url=server.url, api_key="sk-x", temperature=0.5, max_tokens=700) as drafter:
        assert drafter.draft(INCIDENT).passed
    made = exporter.get_finished_spans()
    (whole,) = named(made, "invoke_workflow draft")
    calls, checks = named(made, "chat gpt-5-mini"), named(made, "check")
    assert len(calls) == len(checks) == 2
    assert all(span.parent and span.parent.span_id == whole.context.span_id for span in calls + checks)
    assert {call.kind for call in calls} == {trace.SpanKind.CLIENT}
    assert dict(calls[0].attributes or {}) == {
        names.GEN_AI_OPERATION_NAME: "chat",
        names.GEN_AI_PROVIDER_NAME: "openai",
        names.GEN_AI_REQUEST_MODEL: "gpt-5-mini",
        names.GEN_AI_REQUEST_MAX_TOKENS: 700,
        names.GEN_AI_REQUEST_TEMPERATURE: 0.5,
        names.GEN_AI_RESPONSE_FINISH_REASONS: ("stop",),
        names.GEN_AI_USAGE_INPUT_TOKENS: 900,
        names.GEN_AI_USAGE_CACHE_READ_INPUT_TOKENS: 100,
        names.GEN_AI_USAGE_OUTPUT_TOKENS: 210,
        server_attributes.SERVER_ADDRESS: "127.0.0.1",
        "amends.requests": 1,
        "amends.outcome": "letter",
    }
    assert [dict(check.attributes or {})["amends.failures"] for check in checks] == [("remorse",), ()]
    assert [dict(c.attributes or {})[names.GEN_AI_EVALUATION_SCORE_LABEL] for c in checks] == ["fail", "pass"]
    told = dict(whole.attributes or {})
    assert told[names.GEN_AI_OPERATION_NAME] == "invoke_workflow"
    assert (told["amends.passed"], told["amends.attempts"], told["amends.stopped"]) == (True, 2, "passed")


def test_spans_hold_no_content(exporter: InMemorySpanExporter) -> None:
    """No letter, no prompt and no value of the record stands in a span, whatever happens."""
    Drafter(ScriptedModel(LETTERS)).draft(INCIDENT)
    with pytest.raises(ModelError):
        Drafter(ScriptedModel([ModelError(f"quotes {INCIDENT.recipient.name}")])).draft(INCIDENT)
    made = exporter.get_finished_spans()
    assert len(made) == 7
    shown = " ".join(span.to_json() for span in made)
    kinds = ("scenario", "language", "channel", "mode", "severity", "cause_status")
    values = [str(v) for path, v in INCIDENT.leaves() if path not in kinds and "status" not in path and len(str(v)) > 3]
    assert len(values) > 8
    assert [value for value in values if value in shown] == []
    assert not any(line in shown for text in LETTERS for line in text.splitlines() if line)


def test_an_error_leaves_its_class(exporter: InMemorySpanExporter, server: ScriptedServer) -> None:
    """A call that failed is marked with the error's class; the text, which may quote, stays out."""
    server.script = [failure(401)]
    with Drafter("m", base_url=server.url) as drafter, pytest.raises(ModelError):
        drafter.draft(INCIDENT)
    for span in exporter.get_finished_spans():
        assert span.status.status_code == trace.StatusCode.ERROR
        assert span.status.description is None
        assert not span.events
        assert dict(span.attributes or {})[error_attributes.ERROR_TYPE] == "ModelError"


def test_off(exporter: InMemorySpanExporter) -> None:
    """Work that will be done again makes no spans, work after it does."""
    with spans.off():
        asyncio.run(Drafter(ScriptedModel(LETTERS)).adraft(INCIDENT))
    assert exporter.get_finished_spans() == ()
    asyncio.run(Drafter(ScriptedModel(LETTERS)).adraft(INCIDENT))
    assert len(exporter.get_finished_spans()) == 5
