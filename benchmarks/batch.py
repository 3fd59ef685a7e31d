"""Letters a second, CPU and memory of a batch beside a hand-written loop: `python benchmarks/batch.py [--letters N]`.

Every figure comes from a process of its own, all against one scripted server on the loopback, in one run: machines
drift, so only ratios count. One re-ask a letter, 200 ms, 64 at once.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import os
import re
import resource
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import bench_corpus as corpus

HERE = Path(__file__).parent
CONCURRENCY = 64
REASK = f"{corpus.MARK}|What is wrong with it"


@contextmanager
def server(**options: Any) -> Iterator[str]:
    """Run the scripted server and give its base URL."""
    arguments = [f"--{name.replace('_', '-')}={value}" for name, value in {"reask_regex": REASK, **options}.items()]
    command = [sys.executable, str(HERE / "mock_server.py"), *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            yield f"http://127.0.0.1:{json.loads(process.stdout.readline())['port']}/v1"
        finally:
            process.terminate()


def stats(url: str, path: str = "/stats") -> dict[str, Any]:
    """Return the server's counters; "/reset" sets them to zero."""
    request = urllib.request.Request(url.removesuffix("/v1") + path, data=b"" if path == "/reset" else None)
    counters: dict[str, Any] = json.loads(
        urllib.request.build_opener(urllib.request.ProxyHandler({})).open(request).read()
    )
    return counters


def client(transport: str, url: str) -> Any:
    """Return the SDK's client, on its own transport or on aiohttp."""
    import openai

    http = openai.DefaultAioHttpClient() if transport == "aiohttp" else None
    return openai.AsyncOpenAI(base_url=url, api_key="sk-local", max_retries=2, timeout=60, http_client=http)


async def bare(url: str, letters: int, transport: str) -> None:
    """What a careful user writes without any framework."""
    asking = client(transport, url)
    numbers = iter(range(1, letters + 1))

    async def worker() -> None:
        for i in numbers:
            messages = [
                {"role": "system", "content": corpus.SYSTEM},
                {"role": "user", "content": corpus.user_prompt(i)},
            ]
            for _ in range(2):
                answer = await asking.chat.completions.create(model="gpt-4o-mini", messages=messages, temperature=0.3)
                text = answer.choices[0].message.content
                missing = corpus.check(text, corpus.ref(i))
                if not missing:
                    break
                messages += [
                    {"role": "assistant", "content": text}, {"role": "user", "content": corpus.feedback(missing)},
                ]  # fmt: skip
            assert not missing, i

    await asyncio.gather(*(worker() for _ in range(CONCURRENCY)))


def trivial(letter: str, incident: Any) -> Any:
    """The bare loop's own check, as a report."""
    from amends.report import Element, Report

    missing = corpus.check(letter, incident.facts["reference"])
    elements = {name: Element(present=name not in missing, required=True) for name in corpus.CHECKS}
    return Report(passed=not missing, language="en", words=100, elements=elements, faults={})


async def ours(url: str, letters: int, transport: str, check: Any) -> None:
    """`amends batch` without its command line."""
    from amends.batch.limits import Ceilings
    from amends.batch.run import Batch
    from amends.batch.source import lines
    from amends.drafting import Drafter

    gc.set_threshold(50_000)  # as the command does
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "incidents.jsonl"
        with source.open("w") as file:
            file.writelines(json.dumps(corpus.incident(i)) + "\n" for i in range(1, letters + 1))
        drafter = Drafter("gpt-4o-mini", client=client(transport, url), tries=None, check=check)
        marks: list[tuple[int, int]] = []
        batch = Batch(
            drafter, lines(str(source)), Path(folder) / "letters.jsonl", ceilings=Ceilings(CONCURRENCY),
            processes=0 if check else None, tell=lambda counts: marks.append((counts.done, memory())),
        )  # fmt: skip
        counts = await batch.run()
        assert counts.passed == letters, counts
        early = next(held for done, held in marks if done >= letters / 10)
        print(json.dumps({"early_mb": early >> 20, "late_mb": marks[-1][1] >> 20}), flush=True)


def memory() -> int:
    """Return the bytes of this process that are in memory now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


RUNS: dict[str, Callable[[str, int], Awaitable[None]]] = {
    "bare": lambda url, n: bare(url, n, "default"),
    "machinery": lambda url, n: ours(url, n, "default", trivial),
    "machinery aiohttp": lambda url, n: ours(url, n, "aiohttp", trivial),
    "whole": lambda url, n: ours(url, n, "default", None),
}


class Writer:
    """A model without a network: the first letter lacks what the check asks for, the second one is whole."""

    name = "gpt-4o-mini"

    async def write(
        self, messages: list[dict[str, str]], *, max_tokens: int | None = None, incident: Any = None
    ) -> Any:
        """Return the letter as the scripted server writes it."""
        from amends.usage import Completion, Usage

        again = re.search(REASK, messages[-1]["content"])
        text = corpus.letter(int(incident.id.removeprefix("INC-")), drop=() if again else ("remorse",))
        return Completion(text, Usage(1, 1000, 0, 200))


def apart(letters: int = 300) -> None:
    """Print the CPU that prompt, check, ledger and journal take for one letter with one revision, in one process."""
    import amends.facts.ledger
    import amends.prompt
    from amends import Drafter, Incident
    from amends.batch.journal import Journal
    from amends.rubric.check import check

    gc.set_threshold(50_000)
    spent: dict[str, float] = {}

    def timed(name: str, work: Callable[..., Any]) -> Callable[..., Any]:
        def run(*arguments: Any, **options: Any) -> Any:
            start = time.process_time()
            try:
                return work(*arguments, **options)
            finally:
                spent[name] = spent.get(name, 0.0) + time.process_time() - start

        return run

    for name in ("messages", "revision", "resent"):
        setattr(amends.prompt, name, timed("prompt", getattr(amends.prompt, name)))
    amends.facts.ledger.build = timed("ledger", amends.facts.ledger.build)
    drafter = Drafter(Writer(), check=timed("check", check))

    async def draft(first: int, journal: Journal) -> None:
        def keep(key: bytes, made: Any) -> None:
            journal.add(key, made.incident.id, made.passed, made.to_dict())

        for i in range(first, first + letters):
            made = await drafter.adraft(Incident.model_validate(corpus.incident(i)))
            timed("journal", keep)(i.to_bytes(16), made)
            assert made.passed, i

    with tempfile.TemporaryDirectory() as folder, Journal(Path(folder) / "letters.jsonl", {}) as journal:
        asyncio.run(draft(1, journal))
        spent.clear()  # what is loaded and compiled once is not the question
        asyncio.run(draft(letters + 1, journal))
    spent["check"] -= spent["ledger"]
    parts = ", ".join(f"{name} {spent[name] / letters * 1e3:.2f}" for name in ("prompt", "check", "ledger", "journal"))
    print(f"CPU of a letter with one revision, in ms: {parts} (two checks)")


def one(name: str, url: str, letters: int) -> None:
    """Run *name* in this process and print its figures."""
    asyncio.run(RUNS[name](url, 64))  # imports, caches and connections are not the question
    stats(url, "/reset")
    start, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_SELF)
    asyncio.run(RUNS[name](url, letters))
    seconds, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(json.dumps({
        "name": name, "letters": letters, "letters_a_second": round(letters / seconds, 1),
        "cpu_ms_a_letter": round(cpu / letters * 1e3, 2), "requests": stats(url)["requests"],
    }))  # fmt: skip


def main() -> None:
    """Print the figures and their ratios to the bare loop's."""
    options = argparse.ArgumentParser()
    options.add_argument("--letters", type=int, default=1500)
    options.add_argument("--runs", default=",".join(RUNS))
    options.add_argument("--one", default="")
    options.add_argument("--url", default="")
    chosen = options.parse_args()
    if chosen.one == "apart":
        return apart()
    if chosen.one:
        return one(chosen.one, chosen.url, chosen.letters)
    base: dict[str, Any] = {}
    with server(latency_ms=200) as url:
        for name in chosen.runs.split(","):
            command = [sys.executable, __file__, "--one", name, "--url", url, "--letters", str(chosen.letters)]
            printed = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
            found = {key: value for row in printed for key, value in json.loads(row).items()}
            base = base or found
            speed = found["letters_a_second"] / base["letters_a_second"]
            cpu = found["cpu_ms_a_letter"] / base["cpu_ms_a_letter"]
            print(
                f"{name:18} {found['letters_a_second']:7.1f} letters/s ({speed:.2f} of the bare loop)  "
                f"{found['cpu_ms_a_letter']:.2f} ms CPU a letter ({cpu:.2f})  {found['requests']} requests"
                + (
                    f"  memory {found['early_mb']} MB at 10 %, {found['late_mb']} MB at the end"
                    if "late_mb" in found
                    else ""
                ),
                flush=True,
            )
    if "whole" in chosen.runs:
        subprocess.run([sys.executable, __file__, "--one", "apart"], check=True)


if __name__ == "__main__":
    main()
