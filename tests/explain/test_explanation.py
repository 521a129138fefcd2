"""An explanation says in numbers, words, figures and sounds what its weights say."""

import json
from dataclasses import replace
from io import BytesIO

import numpy as np
import pytest

from escucha.audio.clip import Clip
from escucha.config import jsonable
from escucha.errors import InputError
from escucha.explain.explanation import explain
from escucha.explain.factorization import of_sources
from escucha.explain.naming import stretch
from escucha.explain.weights import exact
from escucha.finding import About, Finding, load, save
from escucha.models.windows import score_clip
from tests.worlds import RATE, TONES, Additive, Deaf, Pair, StemListener, Tangled, amplitude, factorization, stems

KEYS = {"model", "path", "label", "method", "aggregation", "seed", "value", "parts", "all", "none", "residual", "fit",
        "passes"}


@pytest.fixture(scope="module")
def additive():
    """Guitar speaks for `yes`, palmas against it, the voice is not heard."""
    parts = factorization(stems(3))
    return explain(Additive(), parts, label="yes", model="listener", path="song.wav", warnings=("a hook",))


def test_numbers_are_what_was_promised_and_ready_for_json(additive):
    numbers = additive.numbers()
    assert set(numbers) >= KEYS
    assert json.loads(json.dumps(jsonable(numbers))) == numbers
    assert [list(part) for part in numbers["parts"]] == 9 * [
        ["name", "source", "start", "end", "weight", "low", "high"]]
    assert numbers["value"] == "logit minus mean logit"
    assert numbers["all"] == pytest.approx(score_clip(Additive(), additive.factorization.clip).value("yes"), abs=1e-6)
    assert abs(numbers["residual"]) < 1e-9
    assert numbers["fit"] is None
    assert all(part["low"] == part["weight"] == part["high"] for part in numbers["parts"])


def test_lime_carries_its_fit_and_intervals_and_repeats():
    parts = factorization(stems(3))
    first, again = (explain(Tangled(), parts, method="lime", samples=200, seed=3).numbers() for _ in range(2))
    assert first == again
    assert 0 < first["fit"] < 1
    assert all(part["low"] < part["weight"] < part["high"] for part in first["parts"])


def test_the_label_is_the_answer_unless_asked():
    parts = factorization(stems(2))
    assert explain(Tangled(), parts).label == score_clip(Tangled(), parts.clip).label
    asked = explain(Additive(weights=(("guitar", 50.0),)), parts, label="no")
    assert asked.label == "no"
    assert asked.words()[0].startswith("Additive answers yes (1.00); explained here is no (0.00)")
    assert "No part speaks for no." in asked.words()


def test_words_say_who_spoke_for_it_and_who_against(additive):
    words = additive.words()
    rows = {part["name"]: part["weight"] for part in additive.numbers()["parts"]}
    top, low = max(rows, key=rows.get), min(rows, key=rows.get)
    assert top.startswith("guitar")
    assert low.startswith("palmas")
    first, last = top.removeprefix("guitar@").removesuffix("s").split("-")
    assert any(line.startswith(f"Guitar between {first} and {last} s speaks most for yes: +") for line in words)
    assert any(line.startswith("Palmas between") and "speaks most against it: −" in line for line in words)
    assert words[-1].startswith("Warning: ")
    assert "Warning: a hook" in words


def weighed(explained, weights, everything, nothing):
    """The same explanation with other weights."""
    return replace(explained, weights=exact(np.array(weights), everything, nothing, passes=4))


def test_words_have_the_digits_that_the_largest_weight_needs(additive):
    nine = [0.665, -0.5, 4e-7, 0, 0, 0, 0, 0, -0.039]
    words = weighed(additive, nine, -2.0, -2.126).words()
    first, second = additive.factorization.parts[:2]
    assert words[1].startswith("The model's value for yes (logit minus mean logit) goes from −2.126 for silence (none)")
    strongest = stretch(additive.factorization, 0).capitalize()
    assert words[2] == f"{strongest} speaks most for yes: +0.665, all together +0.126."
    assert first.source == second.source == "guitar"
    assert "Summed over time: guitar +0.165, voice −0.039, palmas 0." in words
    drowned = weighed(additive, [5e-4, *[0.0] * 7, -2.0], -2.0, -0.0005).words()
    assert any("speaks most for yes: next to nothing, all together −2.00." in line for line in drowned)
    assert not any("e-0" in line for line in [*words, *drowned])


def test_cells_show_weights_of_a_thousandth_and_no_signed_zero(additive):
    tiny = weighed(additive, [0.0012, -0.0007, -1e-9, *[0.0] * 6], 0.0005, 0.0)
    texts = [text.get_text() for text in tiny.figures()["sources-and-time"].axes[1].texts]
    assert texts[:4] == ["+0.00120", "−0.00070", "0", "0"]


def test_figures_name_parts_in_words_and_tables_by_their_names(additive):
    labels = [label.get_text() for label in additive.figures()["part-weights"].axes[0].get_yticklabels()]
    assert set(labels) == {f"{source}, {second}–{second + 1} s" for source in additive.source_weights
                           for second in range(3)}
    assert "guitar@0-1s" in set(additive.tables()["parts"].name)


def test_what_rounds_to_nothing_is_no_residual(additive):
    assert weighed(additive, [0.1, 0.2, *[0.0] * 7], 0.3, 0.0).numbers()["residual"] == 0
    assert weighed(additive, [0.1, 0.2, *[0.0] * 7], 0.4, 0.0).numbers()["residual"] == pytest.approx(-0.1)


def test_without_a_part_that_speaks_for_it_nothing_is_taken_away():
    explained = explain(Additive(weights=(("guitar", 50.0),)), factorization(stems(2)), label="no")
    assert "everything-but-them" not in explained.sounds()
    assert "No part speaks for no." in explained.words()
    assert not any("so not played" in line for line in explained.words())  # which would say it again


def test_sounds_carry_the_value_the_model_gives_them_before_any_gain(additive):
    table = additive.tables()["sounds"].set_index("name")
    assert set(table.index) == set(additive.sounds())
    assert list(additive.tables()["sounds"].columns) == ["name", "caption", "value", "gain_db"]
    assert table.caption["original"].endswith(
        "The model’s value is the logit minus mean logit of yes, always of the whole clip: of a sound alone with "
        "everything else silent, of silence 0.")
    assert table.value["original"] == pytest.approx(additive.weights.everything)
    assert table.value["only-guitar"] == pytest.approx(additive.source_weights["guitar"], abs=1e-5)
    assert table.value["only-palmas"] == pytest.approx(additive.source_weights["palmas"], abs=1e-5)
    assert table.gain_db["only-palmas"] > 0


def test_the_strongest_parts_are_heard_alone_and_taken_away(additive):
    sounds = additive.sounds()
    alone, against = (amplitude(sounds[name].wave[None], TONES["guitar"])[0]
                      for name in ("strongest-parts", "what-spoke-against"))
    assert alone > 0.1
    assert against < 0.005
    values = additive.tables()["sounds"].set_index("name").value
    assert values["strongest-parts"] > values["original"] > values["everything-but-them"]


def test_a_deaf_model_is_said_to_be_deaf_and_nothing_of_it_is_played_as_a_reason():
    explained = explain(Deaf(), factorization(stems(2)))
    assert set(explained.sounds()) == {"original", "only-guitar", "only-palmas", "only-voice"}
    assert any("does not hear this clip" in line for line in explained.words() if line.startswith("Warning:"))
    assert len(explained.figures()) == 4


def test_what_is_doubtful_is_warned_of():
    sources = stems(2)
    silent = explain(Deaf(), of_sources(Clip(np.zeros(RATE), RATE), {}, segments=1, window=RATE))
    assert any("digitally silent" in line for line in silent.warnings)
    assert not silent.sounds()
    short = explain(StemListener(gain=40), of_sources(sources["palmas"].cut(0, 0.5), {}, segments=1, window=RATE))
    assert any("shorter than what the model hears" in line for line in short.warnings)
    undecided = explain(StemListener(gain=0.1), factorization(sources))
    assert any("undecided between yes (0.50) and no (0.50)" in line for line in undecided.warnings)
    tags = explain(StemListener(gain=0.1, link="sigmoid"), factorization(sources))
    assert any("undecided about yes" in line for line in tags.warnings)
    assert tags.words()[0].startswith("StemListener is surest of yes")  # of tags none is the answer
    shaky = explain(Tangled(window=10 * RATE), factorization(stems(10)), method="lime", samples=40)  # 30 parts heard
    assert any("ask for more samples" in line for line in shaky.warnings)
    assert not explain(StemListener(gain=40), factorization(sources)).warnings


def test_a_pair_that_counts_only_together_is_named():
    explained = explain(Pair(gain=8.0), factorization(stems(1)), label="yes")
    assert any("Guitar" in line and "palmas" in line and "4.00 more than the sum" in line for line in explained.words())
    row = explained.tables()["interactions"].iloc[0]
    assert {row["first"], row["second"]} == {"guitar@0-1s", "palmas@0-1s"}
    assert row["interaction"] == pytest.approx(4)


@pytest.mark.parametrize(("seconds", "sources", "segments"), [
    (10, tuple(TONES)[:5], "windows"), (1, (), 1), (0.3, ("guitar", "palmas"), "windows"), (20, (), ("windows", 3))])
def test_figures_are_drawn_for_one_part_and_for_sixty(seconds, sources, segments):
    clip = factorization(stems(seconds, sources or ("guitar", "palmas"))).clip
    parts = of_sources(clip, stems(seconds, sources) if sources else {}, segments=segments, window=RATE)
    figures = explain(Tangled(), parts).figures()
    for figure in figures.values():
        figure.savefig(BytesIO(), format="png", dpi=50)
    heat, bars = figures["sources-and-time"].axes[1], figures["part-weights"].axes[0]
    assert len(heat.collections) == len(parts.sources)
    assert len(bars.patches) == min(24, len(parts.parts))


def test_the_waterfall_ends_where_the_clip_is(additive):
    axes = additive.figures()["from-nothing-to-everything"].axes[0]
    marks = axes.lines[0].get_xdata()
    assert list(marks) == pytest.approx([additive.weights.nothing, additive.weights.everything])


def test_the_waterfalls_numbers_stand_outside_its_axes(additive):
    figure = additive.figures()["from-nothing-to-everything"]
    figure.draw_without_rendering()
    axes = figure.axes[0]
    beside = axes.child_axes[0].get_yticklabels()
    assert len(beside) == len(axes.get_yticklabels()) == 11
    assert all(label.get_window_extent().x0 >= axes.get_window_extent().x1 for label in beside)
    assert not axes.texts
    low, high = axes.get_xlim()
    ends = [edge for bar in axes.patches for edge in (bar.get_x(), bar.get_x() + bar.get_width())]
    assert low < min(ends)
    assert max(ends) < high


def test_it_is_a_finding_that_can_be_saved_and_read_back(additive, tmp_path):
    assert isinstance(additive, Finding)
    saved = load(save(additive, tmp_path / "one", About("explanation", "What did it hear?")))
    assert saved.numbers == additive.numbers()
    np.testing.assert_array_equal(saved.arrays()["weights"], additive.weights.weights)
    assert set(saved.files("sounds")) == set(additive.sounds())


def test_wrong_words_are_named():
    parts = factorization(stems(1))
    for wrong, hint in (({"method": "limes"}, "'lime'"), ({"label": "perhap"}, "'perhaps'"),
                        ({"aggregation": "mean"}, "mean-logit")):
        with pytest.raises(InputError, match=hint):
            explain(Tangled(), parts, **wrong)
