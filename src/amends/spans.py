"""OpenTelemetry spans of drafts, model calls and checks, for a program that has OpenTelemetry loaded; else nothing.

Names are those of the GenAI semantic conventions (opentelemetry.io/docs/specs/semconv/gen-ai, schema 1.44). Spans hold
names of models, scenarios and verdicts, counts and times: never a letter, a prompt or a value of a record.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from amends.prices import OPENAI_URL
from amends.report import Report
from amends.usage import OFFLINE, Completion, Model

if TYPE_CHECKING:
    from amends.draft import Draft
    from amends.incident import Incident

_SCHEMA = "https://opentelemetry.io/schemas/1.44.0"
_OFF: ContextVar[bool] = ContextVar("amends_spans_off", default=False)
# Hosts of providers that have a name in the conventions; any other speaks OpenAI's protocol, and has its address.
_PROVIDERS = {
    "openai.azure.com": "azure.ai.openai",
    "anthropic.com": "anthropic",
    "mistral.ai": "mistral_ai",
    "groq.com": "groq",
    "deepseek.com": "deepseek",
    "x.ai": "x_ai",
    "perplexity.ai": "perplexity",
    "generativelanguage.googleapis.com": "gcp.gemini",
}

Values = dict[str, Any]


@contextmanager
def off() -> Iterator[None]:
    """Make no spans within: the work is done again, and counted then."""
    token = _OFF.set(True)
    try:
        yield
    finally:
        _OFF.reset(token)


@contextmanager
def span(name: str, attributes: Values, kind: str = "INTERNAL") -> Iterator[Values]:
    """Make a span; what is put into the dict that it gives becomes attributes at the end, None stands for none.

    An exception leaves its class and not its text, which may quote the record.
    """
    trace = sys.modules.get("opentelemetry.trace")
    found: Values = {}
    if trace is None or _OFF.get():
        yield found
        return
    tracer = trace.get_tracer("amends", schema_url=_SCHEMA)
    with tracer.start_as_current_span(
        name, kind=trace.SpanKind[kind], attributes=_known(attributes),
        record_exception=False, set_status_on_exception=False,
    ) as current:  # fmt: skip
        try:
            yield found
        except BaseException as error:
            current.set_attribute("error.type", type(error).__qualname__)
            current.set_status(trace.StatusCode.ERROR)
            raise
        finally:
            current.set_attributes(_known(found))


def draft(incident: Incident) -> Any:
    """Make the span of one letter with all its attempts."""
    return span(
        "invoke_workflow draft",
        {
            "gen_ai.operation.name": "invoke_workflow", "gen_ai.workflow.name": "draft",
            "amends.scenario": incident.scenario, "amends.language": incident.language,
            "amends.channel": incident.channel,
        },
    )  # fmt: skip


def drafted(draft: Draft) -> Values:
    """Return what the span of a letter tells of it."""
    return {
        "amends.passed": draft.passed,
        "amends.attempts": len(draft.attempts),
        "amends.stopped": draft.stopped,
        "amends.fallback_used": draft.fallback_used,
    }


def call(model: Model, max_tokens: int | None) -> Any:
    """Make the span of one answer of *model*, with all the requests it takes."""
    ours = model.name == OFFLINE
    host = "" if ours else urlsplit(getattr(model, "base_url", None) or OPENAI_URL).hostname or ""
    return span(
        f"chat {model.name}",
        {
            "gen_ai.operation.name": "chat", "gen_ai.provider.name": "amends" if ours else _provider(host),
            "gen_ai.request.model": model.name, "gen_ai.request.max_tokens": max_tokens,
            "gen_ai.request.temperature": getattr(getattr(model, "settings", None), "temperature", None),
            "server.address": host or None,
        },
        "INTERNAL" if ours else "CLIENT",
    )  # fmt: skip


def answered(completion: Completion) -> Values:
    """Return what the span of a model's answer tells of it."""
    usage = completion.usage
    return {
        "gen_ai.response.finish_reasons": [completion.finish_reason],
        "gen_ai.usage.input_tokens": usage.input_tokens,
        "gen_ai.usage.cache_read.input_tokens": usage.cached_tokens,
        "gen_ai.usage.output_tokens": usage.output_tokens,
        "amends.requests": usage.requests,
        "amends.outcome": completion.outcome,
    }


def check() -> Any:
    """Make the span of one check."""
    return span("check", {"gen_ai.evaluation.name": "amends"})


def checked(report: Report) -> Values:
    """Return what the span of a check tells of *report*."""
    return {
        "gen_ai.evaluation.score.label": "pass" if report.passed else "fail",
        "amends.failures": list(report.failures),
    }


def _provider(host: str) -> str:
    return next((name for end, name in _PROVIDERS.items() if host == end or host.endswith(f".{end}")), "openai")


def _known(attributes: Values) -> Values:
    return {name: value for name, value in attributes.items() if value is not None}
