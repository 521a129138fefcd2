"""Names, numbers and settings as people read them."""

import tomllib

import pytest

from escucha.config import to_toml
from escucha.reports.text import facts, number


@pytest.mark.parametrize(("value", "text"), [
    (0.5, "0.5"), (-0.00012345, "−0.0001234"), (123456.7, "123,457"), (-3, "−3"), (True, "yes"), (float("nan"), "–"),
    (float("inf"), "inf"), ("bulería", "bulería"), (1e12, "1e+12"),
])
def test_numbers_are_short_and_true(value, text):
    assert number(value) == text


def test_facts_are_scalars_and_short_lists_and_no_rows():
    numbers = {"label": "a", "gain_db": 1.0, "inner": {"deep": {"p": 2}}, "labels": ["a", "b"], "empty": [],
               "fit": None, "many": list(range(9)), "parts": [{"name": "guitar"}], "pairs": [[1, 2]]}
    assert list(facts(numbers)) == [("label", "a"), ("gain db", "1"), ("inner: deep: p", "2"), ("labels", "a, b")]


@pytest.mark.parametrize("settings", [
    {},
    {"a": 1, "b": [1.5, -2.0], "c": "say \"olé\"\n\\", "d": True, "bulería x": "\x7f\x00"},
    {"late": 1, "corpus": {"kind": "palos", "deep": {"er": {"x": []}}}, "list": [{"name": "a", "n": 1}]},
    {"only": {"tables": {"here": 1}}, "void": {}},
])
def test_settings_come_back_from_their_toml(settings):
    assert tomllib.loads(to_toml(settings)) == settings


def test_what_is_none_is_left_out():
    settings = {"a": None, "b": {"c": None, "d": 1}, "e": [{"f": None}]}
    assert tomllib.loads(to_toml(settings)) == {"b": {"d": 1}, "e": [{}]}
