"""Which columns stay: those that are named, those that say something of their own; and medians that are medians."""

from pathlib import Path

import numpy as np
import pytest
from scipy.ndimage import median_filter

from escucha.errors import InputError
from escucha.models.features import FEATURES
from escucha.models.features.choosing import uncorrelated
from escucha.models.features.medians import harmonic_share, running_median
from escucha.models.features.sets import feature_set

NOWHERE = Path("nowhere")


def test_names_and_what_several_begin_with_are_chosen_in_the_sets_order():
    chosen = feature_set({"name": "gtzan", "chosen": ["mfcc1", "tempo"]}, "here", NOWHERE)
    assert chosen.names == ("tempo", "mfcc1_mean", "mfcc1_var")
    wave = np.random.default_rng(0).normal(0, 0.1, (1, 22050)).astype(np.float32)
    whole = feature_set({"name": "gtzan"}, "here", NOWHERE)
    assert whole.names == FEATURES["gtzan"][1]
    columns = [whole.names.index(name) for name in chosen.names]
    np.testing.assert_array_equal(chosen.of(wave, 22050), whole.of(wave, 22050)[:, columns])
    one = feature_set({"name": "librosa", "chosen": ["mfcc 1"]}, "here", NOWHERE)
    assert one.names == ("mfcc 1 mean", "mfcc 1 std")


@pytest.mark.parametrize(("table", "says"), [
    ({"name": "gtzan", "chosen": ["tempi"]}, r"unknown feature 'tempi' in \[features\] in here; did you mean 'tempo'"),
    ({"name": "gtzn"}, "unknown features 'gtzn' in .features. in here; did you mean 'gtzan'"),
    ({"chosen": ["tempo"]}, "lacks the key 'name'; one of librosa, gtzan, embedding"),
    ({"name": "gtzan", "choosen": ["tempo"]}, "unknown key 'choosen'.*did you mean 'chosen'"),
    ({"name": "gtzan", "drop_correlated": 9.0}, "'drop_correlated' in .* should be from 0 to 1, got 9.0"),
    ({"name": "embedding", "card": "palos-cnn"}, "lacks the key 'layer'"),
    ({"name": "embedding", "card": "cnn", "layer": "pool"}, "unknown card 'cnn'"),
])
def test_what_cannot_be_chosen_is_named(table, says):
    with pytest.raises(InputError, match=says):
        feature_set(table, "here", NOWHERE)


def test_of_two_columns_that_say_the_same_the_later_one_goes():
    rng = np.random.default_rng(0)
    first, own = rng.normal(size=(2, 400))
    table = np.column_stack([first, own, -3 * first + 0.3 * rng.normal(size=400), np.ones(400), first + own])
    names = ("first", "own", "mirrored", "constant", "both")
    assert uncorrelated(table, names, 0.9) == ("first", "own", "constant", "both")
    assert uncorrelated(table, names, 0.6) == ("first", "own", "constant")
    assert uncorrelated(table, names, 1.0) == names


def test_running_medians_are_a_median_filters():
    size = np.abs(np.random.default_rng(0).normal(size=(40, 57)))
    for width in (3, 31):
        np.testing.assert_array_equal(running_median(size, width), median_filter(size, (1, width), mode="reflect"))
    share = harmonic_share(size)
    assert ((share >= 0) & (share <= 1)).all()
    steady = np.zeros((40, 57))
    steady[7], steady[:, 20] = 1, 1
    assert harmonic_share(steady)[7, 40] > 0.99
    assert harmonic_share(steady)[30, 20] < 0.01
    assert harmonic_share(np.zeros((40, 57))).tolist() == np.full((40, 57), 0.5).tolist()
