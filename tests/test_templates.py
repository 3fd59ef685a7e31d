"""Templates are strict and sandboxed, and what fills them stays text."""

from __future__ import annotations

import pytest

from amends import DataError, files, templates
from amends.templates import render


@pytest.fixture
def prompts(tmp_path, monkeypatch):
    """A folder of templates in the place of prompts/."""
    monkeypatch.setattr(files, "prompts", lambda: tmp_path)
    templates._environment.cache_clear()
    yield tmp_path
    templates._environment.cache_clear()


def test_value_is_never_parsed(prompts):
    """Braces in a value come out as they went in."""
    (prompts / "a.jinja").write_text("{{ text }}")
    assert render("a.jinja", {"text": "{{ 7 * 7 }} {% raw %} Łódź"}) == "{{ 7 * 7 }} {% raw %} Łódź"


def test_missing_value_is_an_error(prompts):
    """A name that nobody filled is an error that tells the template and the name."""
    (prompts / "a.jinja").write_text("Dear {{ nobody }}")
    with pytest.raises(DataError, match=r"prompts/a\.jinja: 'nobody' is undefined"):
        render("a.jinja", {})


def test_broken_template_tells_its_line(prompts):
    """A template that cannot be read is an error that tells the line."""
    (prompts / "a.jinja").write_text("one\n{% if %}\n")
    with pytest.raises(DataError, match=r"prompts/a\.jinja: line 2: "):
        render("a.jinja", {})


def test_template_that_is_not_there(prompts):
    """A missing template is an error with its name."""
    with pytest.raises(DataError, match=r"prompts/pl/offline/outage\.jinja: no such template"):
        render("pl/offline/outage.jinja", {})


@pytest.mark.parametrize("text", ["{{ x.__class__ }}", "{{ [].append(1) }}", "{{ ''.format.__globals__ }}"])
def test_sandbox_holds(prompts, text):
    """Nothing behind the values can be reached, and no value can be changed."""
    (prompts / "a.jinja").write_text(text)
    with pytest.raises(DataError):
        render("a.jinja", {"x": 1})


def test_tags_leave_no_line(prompts):
    """A blank line in the template is a blank line in the text; a line with a tag alone is none."""
    (prompts / "a.jinja").write_text("a\n{% if yes %}\n\nb\n{% endif %}\nc\n")
    assert render("a.jinja", {"yes": True}) == "a\n\nb\nc"


def test_filters_of_one_call_stay_there(prompts):
    """Two calls with different filters of one name do not see each other's."""
    (prompts / "a.jinja").write_text("{{ 1 | shout }}")
    assert [render("a.jinja", {}, {"shout": lambda x, s=s: f"{x}{s}"}) for s in "!?"] == ["1!", "1?"]
