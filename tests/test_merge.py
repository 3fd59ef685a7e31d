"""One letter, many recipients: nobody's data reach the model or another letter, and each is checked on its own."""

from __future__ import annotations

import csv
import email
import email.policy
import json
import mailbox
from collections.abc import Mapping
from pathlib import Path

import pytest
from commands import Ran, run
from hypothesis import given
from hypothesis import strategies as st

from amends import Drafter, Incident, UsageError, check, merge, merge_run
from amends.usage import Completion, Message

BASE = """
id = "all"
scenario = "billing_error"
language = "en"
what_happened = "We charged your card twice for the same order."
impact = "You were short of money for days."
cause = "Our system repeated the charge after a lost answer from the bank."
company.name = "Fernhill Post"
recipient.name = "Nobody"
sender = { name = "Dana Whitfield", role = "Support lead" }
when.start = 2026-03-03
remedies = [{ action = "We have refunded the second charge", amount = { value = "10", currency = "EUR" } }]
preventions = [{ action = "The system now asks the bank before it repeats a charge" }]
contact.email = "care@fernhill.example"
"""
PEOPLE = [
    {"id": "C-1", "recipient.name": "Ada Lindqvist", "remedies[0].amount.value": "20", "when.start": "2026-03-03"},
    {"id": "C-2", "recipient.name": "Łucja Ślązak", "remedies[0].amount.value": "33.5", "when.start": "2026-03-08"},
    {"id": "C-3", "recipient.name": "Noor Haddad", "remedies[0].amount.value": "46", "when.start": "2026-04-15"},
]


def table(path: Path, rows: list[dict[str, str]]) -> Path:
    """Write *rows* as CSV."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    return path


def merged(folder: Path, rows: list[dict[str, str]], *options: str) -> Ran:
    """Merge *rows* with BASE into folder/out."""
    (folder / "base.toml").write_text(BASE, encoding="utf-8")
    return run("merge", folder / "base.toml", table(folder / "r.csv", rows), "-o", folder / "out", *options)


def body(path: Path) -> str:
    """Return the text of a message."""
    message = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    return str(message.get_content())


def test_each_gets_a_letter_of_their_own(tmp_path: Path) -> None:
    """Name, amount and date are the recipient's, as the language writes them, and nobody else's."""
    ran = merged(tmp_path, PEOPLE)
    assert ran.code == 0, ran.err
    texts = {row["id"]: body(tmp_path / "out" / f"{row['id']}.eml") for row in PEOPLE}
    assert "Dear Łucja Ślązak" in texts["C-2"]
    assert "€33.50" in texts["C-2"]
    for id, text in texts.items():
        others = [row["recipient.name"] for row in PEOPLE if row["id"] != id]
        assert not any(name in text for name in others)
        assert "Quillon" not in text


class Asked:
    """A writer that notes what it was asked and lets the offline writer answer."""

    name = "noting"

    def __init__(self) -> None:
        self.requests: list[str] = []

    async def write(
        self, messages: list[Message], *, max_tokens: int | None = None, incident: Incident | None = None
    ) -> Completion:
        from amends.offline import compose

        assert incident is not None
        self.requests.append("".join(message["content"] for message in messages))
        return Completion(compose(incident))


def merge_of(folder: Path, rows: list[dict[str, str]], model: Asked) -> merge_run.Merge:
    """A merge by the library, with *model* as its writer."""
    import tomllib

    base: Mapping[str, object] = tomllib.loads(BASE, parse_float=str)
    return merge_run.Merge(Drafter(model), base, table(folder / "r.csv", rows), folder / "out", check=check)


def test_one_request_and_no_recipient_in_it(tmp_path: Path) -> None:
    """The model is asked once for all, about a stand-in; a second run asks for nothing."""
    model = Asked()
    plan = merge_of(tmp_path, PEOPLE, model).plan()
    assert len(model.requests) == 1
    assert not any(row["recipient.name"] in model.requests[0] for row in PEOPLE)
    assert [sample.problems for sample in plan.samples] == [[], [], []]
    merge_of(tmp_path, PEOPLE, model).plan()
    assert len(model.requests) == 1


def test_how_the_shared_record_addresses_its_own_recipient(tmp_path: Path) -> None:
    """The form of address and the gender of the shared record's recipient are nobody else's."""
    record = BASE.replace(
        'recipient.name = "Nobody"', 'recipient = { name = "Ms Lee", address_as = "Dear Ms Lee", gender = "female" }'
    )
    (tmp_path / "base.toml").write_text(record, encoding="utf-8")
    ran = run("merge", tmp_path / "base.toml", table(tmp_path / "r.csv", PEOPLE), "-o", tmp_path / "out")
    assert ran.code == 0, ran.err
    letters = [body(path) for path in sorted((tmp_path / "out").glob("*.eml"))]
    assert [name in letter for name, letter in zip(("Lindqvist", "Ślązak", "Haddad"), letters, strict=True)] == [
        True
    ] * 3
    assert not any("Lee" in letter for letter in letters)


def test_a_letter_a_language(tmp_path: Path) -> None:
    """Recipients of two languages get two letters."""
    model = Asked()
    rows = [{**PEOPLE[0], "language": "en-GB"}, {**PEOPLE[1], "language": "en-US"}, {**PEOPLE[2], "language": "en-GB"}]
    plan = merge_of(tmp_path, rows, model).plan()
    assert len(model.requests) == 2
    assert sorted(plan.letters.values()) == [1, 2]


def test_what_fails_is_an_exception(tmp_path: Path) -> None:
    """A recipient whose record is wrong is listed with the reason; the others get their letters."""
    ran = merged(tmp_path, [*PEOPLE, {**PEOPLE[0], "id": "C-4", "remedies[0].amount.value": "ten"}])
    assert ran.code == 1
    exceptions = [json.loads(line) for line in (tmp_path / "out" / "exceptions.jsonl").read_text("utf-8").splitlines()]
    assert [row["id"] for row in exceptions] == ["C-4"]
    assert exceptions[0]["problems"][0].startswith("remedies[0].amount.value")
    assert len(list((tmp_path / "out").glob("*.eml"))) == 3


def test_a_field_that_needs_another_letter(tmp_path: Path) -> None:
    """A column that the wording depends on is refused before anything is drafted."""
    ran = merged(tmp_path, [{**PEOPLE[0], "what_happened": "We lost your parcel."}])
    assert ran.code == 2
    assert "what_happened: a letter's wording depends on this field" in ran.err


def test_address(tmp_path: Path) -> None:
    """The column of --to is who the message is addressed to, and never part of the record."""
    merged(tmp_path, [{**PEOPLE[0], "mail": "ada@b.example"}], "--to", "mail")
    message = email.message_from_bytes((tmp_path / "out" / "C-1.eml").read_bytes(), policy=email.policy.default)
    assert str(message["To"]) == "Ada Lindqvist <ada@b.example>"


@pytest.mark.parametrize("form", ["mbox", "jsonl"])
def test_one_file_for_all(tmp_path: Path, form: str) -> None:
    """An mbox or JSON Lines holds all letters, and the same merge gives the same bytes."""
    assert merged(tmp_path, PEOPLE, "--form", form).code == 0
    path = tmp_path / "out" / f"letters.{form}"
    if form == "mbox":
        assert len(mailbox.mbox(path)) == 3
    else:
        first = path.read_bytes()
        assert [json.loads(line)["id"] for line in first.splitlines()] == ["C-1", "C-2", "C-3"]
        merged(tmp_path, PEOPLE, "--form", form)
        assert path.read_bytes() == first


def test_dry_run_writes_no_letter(tmp_path: Path) -> None:
    """A dry run shows the count and three samples, and writes none."""
    ran = merged(tmp_path, PEOPLE, "--dry-run")
    assert "3 recipients" in ran.err
    assert "Dear Noor Haddad" in ran.err
    assert not list((tmp_path / "out").glob("*.eml"))


def test_a_name_no_file_can_have(tmp_path: Path) -> None:
    """An id cannot lead out of the folder, nor collide with another one that looks the same."""
    merged(tmp_path, [{**PEOPLE[0], "id": "../a/b"}, {**PEOPLE[1], "id": "../a_b"}])
    assert len(list((tmp_path / "out").glob("*.eml"))) == 2


@given(value=st.text(alphabet="0123456789-/ABab", min_size=1, max_size=40))
def test_a_stand_in_is_nobodys(value: str) -> None:
    """What stands in for a number has none of its digits in their place, and is long enough to be found again."""
    standing = merge.stand_in({"facts.order": value})["facts.order"]
    assert len(standing) >= 5
    if any(c.isdecimal() for c in value):
        assert not any(a.isdecimal() and a == b for a, b in zip(value, standing, strict=False))


def test_unknown_columns_are_refused() -> None:
    """A column that is no field's path is refused by name."""
    with pytest.raises(UsageError, match="shoe_size"):
        merge.refuse_columns(["id", "shoe_size"])
