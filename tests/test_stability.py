"""What the stability scores are made of: how a letter is changed, and that a wrong answer is counted as one."""

from __future__ import annotations

from collections import defaultdict

from evals.labelled import Labelled, letters
from evals.stability import INVARIANT, Trial, inserted, table, trials, without


def _item() -> Labelled:
    return next(item for item in letters("el") if not item.missing and not item.faults and not item.unmet)


def test_deleted_carriers_are_gone():
    """Deleting an element's carriers leaves the rest as it was, without holes."""
    assert without("Dear Ana,\n\nWe erred. Sorry.\n\nJo", ["We erred. Sorry."]) == "Dear Ana,\n\nJo\n"


def test_a_fault_is_put_before_the_invitation():
    """The sentence put in stands as its own paragraph above the one that invites an answer."""
    item = _item()
    letter = inserted(item, "Φταίτε εσείς.")
    before = item.carriers["contact"][0].split("\n")[0]
    assert letter.index("\nΦταίτε εσείς.\n") < letter.index(before)
    assert letter.replace("\n\nΦταίτε εσείς.\n", "") == item.letter


def test_every_change_is_tried():
    """A compliant letter is tried with every element deleted and with what should not matter."""
    item = _item()
    kinds = {trial.kind for trial in trials(item, defaultdict(list))}
    assert {f"deleted: {element}" for element in item.carriers} <= kinds
    assert "stays: Windows line ends" in kinds
    assert "inserted: placeholder" in kinds


def test_changes_change():
    """Each harmless change does something to a letter that has what it changes."""
    letter = 'Subject: One thing\n\nDear Ana,\n\nit\'s "ready" – é „so” ' + "word " * 20 + "49.00 EUR.\n"
    assert {kind for kind, change in INVARIANT.items() if change(letter) == letter} == {"NFC"}


def test_the_table_counts_wrong_answers():
    """A flipped verdict lowers the rate of its row and of its kind."""
    shown = table([Trial("el", "stays: NFD", True), Trial("el", "stays: NFD", False)], "signed")
    assert "| stays: NFD | 0.500 of 2 |" in shown
    assert "| **stays, all** | 0.500 of 2 |" in shown
