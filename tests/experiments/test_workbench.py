"""What a workbench has heard it does not hear again, whoever asks and whatever else."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from escucha.experiments import workbench
from escucha.experiments.concepts.study import ConceptStudy
from escucha.models.torch_classifier import TorchClassifier
from tests.experiments.tones import ToneBench, clips, listener


@dataclass(frozen=True, eq=False)
class Counting(TorchClassifier):
    """Says how many windows it heard."""

    def activations(self, waves, layers):
        heard.append(len(waves))
        return super().activations(waves, layers)


heard: list[int] = []


@pytest.fixture
def bench(tmp_path):
    heard.clear()
    told = listener()
    counting = Counting(told.module, told.labels, told.rate, told.window, told.link, told.layers)
    return ToneBench(tmp_path, tmp_path / "cache", known={"listener": counting, "other": counting})


def test_the_second_question_about_the_same_clips_costs_no_pass(bench):
    study = ConceptStudy("listener", ("palmas",), {"count": 40}, nulls=400)
    found = study.run(bench)
    passes = sum(heard)
    assert passes > 0
    again = replace(study, alpha=0.01, estimator="ridge").run(bench)
    assert sum(heard) == passes
    assert found.effect("palmas", "bulerias").mean == again.effect("palmas", "bulerias").mean
    study.run(replace(bench, cache=bench.cache.parent / "another"))
    assert sum(heard) == 2 * passes


def test_other_clips_another_order_other_maps_or_another_model_are_heard(bench):
    sources = [track.source for track in clips(12)]
    asks = [(sources, "listener", "pooled"), (sources[:-1], "listener", "pooled"),
            (sources[::-1], "listener", "pooled"), (sources, "listener", "flattened"), (sources, "other", "pooled")]
    rows = []
    for count, (those, card, maps) in enumerate(asks, 1):
        for _ in range(2):
            rows.append(bench.hear(bench.model(card), those, ("ears",), card=card, maps=maps).rows["ears"])
        assert len(heard) == count
        np.testing.assert_array_equal(rows[-1], rows[-2])
    np.testing.assert_allclose(rows[4], rows[0][::-1], atol=1e-6)


def test_the_cache_is_trimmed_when_something_was_written_and_only_then(bench, monkeypatch):
    trims = []
    monkeypatch.setattr(workbench, "trim", lambda cache, limit: trims.append(cache))
    sources = [track.source for track in clips(6)]
    for values, expected in ((False, 1), (False, 1), (True, 2), (True, 2)):
        bench.hear(bench.model("listener"), sources, ("ears",), card="listener", with_values=values)
        assert trims == [bench.cache] * expected
