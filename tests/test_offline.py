"""The built-in writer: a passing letter for every scenario, from the record alone, whatever form its texts have."""

from __future__ import annotations

import asyncio
import tomllib

import pytest

from amends import Incident, IncidentError, check, files
from amends.new import new_record
from amends.offline import OfflineModel, compose
from amends.scenario import scenario_names, scenarios

WRITERS = [code for code in files.languages() if (files.prompts() / code / "offline").is_dir()]
CASES = [(code, name) for code in WRITERS for name in scenario_names()]
IDS = [f"{code}-{name}" for code, name in CASES]

BASE = {
    "id": "t-1",
    "scenario": "billing_error",
    "language": "en-GB",
    "company": {"name": "Acme"},
    "recipient": {"name": "Ana Łuczak"},
    "sender": {"name": "Jo Reid", "role": "Head of Billing"},
    "what_happened": "The card was charged twice for order 448210.",
    "impact": "She was short of money for four days.",
    "cause": "The payment system repeated the charge because the bank's first answer was lost.",
    "remedies": [{"action": "refund of the second charge", "by": "2026-03-12"}],
    "preventions": [{"action": "the system asks the bank before it repeats a charge"}],
}


def incident(**changes: object) -> Incident:
    """Return the base record with changes."""
    return Incident.load({**BASE, **changes})


def sample(name: str, code: str, **changes: object) -> Incident:
    """Return the record that `amends new` prints for a scenario, with changes."""
    return Incident.load({**tomllib.loads(new_record(name, code)), **changes})


def failures(record: Incident) -> dict[str, str]:
    """Return what keeps the composed letter from passing, with the reasons."""
    return {name: verdict.reason for name, verdict in check(compose(record), record).failures.items()}


@pytest.mark.parametrize(("code", "name"), CASES, ids=IDS)
def test_letter_passes(code, name):
    """The letter of every scenario has every element asked for, no fault, and states only what the record holds."""
    assert failures(sample(name, code)) == {}


@pytest.mark.parametrize(("code", "name"), CASES, ids=IDS)
def test_bare_record_gives_a_passing_letter(code, name):
    """A record with nothing but what happened still gives a letter with every element it can have."""
    full = sample(name, code)
    kept = {"id", "scenario", "language", "mode", "what_happened", "company", "recipient", "sender", "when"}
    bare = {field: value for field, value in full.model_dump(mode="json", exclude_unset=True).items() if field in kept}
    assert failures(Incident.load(bare)) == {}


@pytest.mark.parametrize("channel", ["letter", "public_post"])
@pytest.mark.parametrize("name", scenario_names())
def test_other_channels_have_no_subject(name, channel):
    """Only mail has a subject line; the other channels still say how to answer."""
    record = sample(name, "en", channel=channel, contact={})
    assert not compose(record).startswith("Subject")
    assert failures(record) == {}


@pytest.mark.parametrize("sender", [{"name": "Jo Reid"}, {"role": "Customer care"}])
@pytest.mark.parametrize("name", scenario_names())
def test_sender_is_a_person_or_a_role(name, sender):
    """A named sender writes as "I", a role as "we"; both sign."""
    letter = compose(sample(name, "en", sender=sender))
    assert (" I " in letter or " me " in letter or "I am" in letter) == ("name" in sender)
    assert next(iter(sender.values())) in letter.splitlines()[-1] + letter.splitlines()[-2]


@pytest.mark.parametrize(
    "text",
    [
        "double charge of a card",
        "the bank saw two charges",
        "The bank saw two charges. Nobody else did.",
        "The bank saw two charges; nobody else did",
    ],
)
@pytest.mark.parametrize("field", ["what_happened", "impact", "cause"])
def test_free_text_of_any_form_is_a_sentence_of_its_own(field, text):
    """A noun phrase, a clause and sentences each stand after a colon, begun and ended as a sentence."""
    letter = compose(incident(**{field: text}))
    set_text = text[0].upper() + text[1:].rstrip(".") + "."
    before, after = letter.split(set_text)
    assert before.endswith(": ")
    assert after[0] in " \n"


def test_one_entry_follows_the_colon_and_several_are_a_list():
    """Actions are never put into another sentence's grammar."""
    assert "what we have done: Refund of the second charge (completed by 12 March 2026).\n" in compose(incident())
    several = compose(incident(remedies=[{"action": "refund"}, {"action": "a voucher was sent"}]))
    assert "what we have done:\n- Refund.\n- A voucher was sent.\n" in several


def test_parts_without_a_record_are_left_out_whole():
    """No lead-in without its text, no blank line too many, no sentence about what is missing."""
    letter = compose(incident(cause="", preventions=[], remedies=[], impact=""))
    assert "reason" not in letter
    assert "have changed" not in letter
    assert "\n\n\n" not in letter
    assert ":\n" not in letter


def test_promised_is_not_told_as_done():
    """What is still to come is told as such."""
    letter = compose(incident(remedies=[{"action": "refund", "status": "promised", "by": "2026-03-12"}]))
    assert "this is what we will do: Refund (by 12 March 2026).\n" in letter


def test_withheld_fields_are_not_stated():
    """Neither a withheld field nor its lead-in is in the letter."""
    letter = compose(incident(withhold=["cause", "remedies[0].by", "preventions[0]"]))
    assert "repeated" not in letter
    assert "12 March" not in letter
    assert "asks the bank" not in letter


def test_withheld_field_that_a_letter_needs():
    """Where a letter cannot do without it, the error names the field."""
    with pytest.raises(IncidentError, match=r"withhold: the offline writer cannot do without a field \(what_happened"):
        compose(incident(withhold=["what_happened"]))


def test_opening_as_given():
    """`address_as` is the exact opening, with one comma."""
    assert "\n\nDear Ms Łuczak,\n\n" in compose(incident(recipient={"name": "A", "address_as": "Dear Ms Łuczak"}))
    assert "\n\nHi Ana,\n\n" in compose(incident(recipient={"name": "A", "address_as": "Hi Ana,"}))


def test_opening_without_gender_is_neutral():
    """Without `address_as` the name stands as it is, with no title guessed."""
    assert "\n\nDear Ana Łuczak,\n\n" in compose(incident())


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("impact", "Klientka nie miała przez cztery dni pieniędzy i nie mogła zapłacić za przedszkole."),
        ("cause", "因为银行没有返回结果，系统重复扣款。"),
        ("what_happened", "Η κάρτα της πελάτισσας χρεώθηκε δύο φορές."),
        ("impact", "Die Kundin hatte vier Tage lang kein Geld und musste zweimal bei uns anrufen."),
    ],
)
def test_text_in_another_language_is_refused(field, value):
    """A record in another language than the letter is an error that names the field, not a mixed letter."""
    with pytest.raises(IncidentError, match=f"^{field}: is not in English, the letter's language"):
        compose(incident(**{field: value}))


def test_all_foreign_fields_are_named_at_once():
    """Every field in another language is named, list entries by their place."""
    with pytest.raises(IncidentError) as caught:
        compose(
            incident(
                cause="银行没有返回结果。", remedies=[{"action": "退款"}], affected=["zwrot za drugą wpłatę na kartę"]
            )
        )
    assert [problem.split(":")[0] for problem in caught.value.problems] == [
        "cause",
        "affected[0]",
        "remedies[0].action",
    ]


def test_names_and_terms_are_no_foreign_language():
    """Names, product terms and short notes without a common word do not stop a letter."""
    compose(incident(affected=["Żabka App", "Rechnung Plus", "API v2"], remedies=[{"action": "credit monitoring"}]))


def test_model_writes_from_the_record():
    """The offline model is a model like any other: it takes messages and gives a completion with no usage."""
    completion = asyncio.run(OfflineModel().write([], incident=incident()))
    assert (completion.text, completion.outcome, completion.usage.requests) == (compose(incident()), "letter", 0)


def test_model_needs_a_record():
    """Without a record there is nothing to compose from."""
    with pytest.raises(IncidentError, match="composes from a record"):
        asyncio.run(OfflineModel().write([]))


@pytest.mark.parametrize("code", WRITERS)
def test_every_scenario_has_its_letter(code):
    """A language that has a writer has a letter for every scenario, and none for what is no scenario."""
    names = {path.name for path in (files.prompts() / code / "offline").iterdir() if not path.name.startswith("_")}
    assert names == {f"{name}.jinja" for name in scenarios()}
