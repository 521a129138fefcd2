"""Directions over features: what is laid over clips does not hang on the units in which features are told."""

import numpy as np
import pytest

from escucha.concepts.activations import FEATURES
from escucha.concepts.design import design
from escucha.concepts.locating.directions import directed
from tests.concepts.planted import UNITS, axis, paired_world

UNEVEN = np.geomspace(1e-3, 1e3, UNITS)


@pytest.fixture(scope="module")
def world():
    """Pairs that differ along one unit."""
    return paired_world(8 * axis(0), seed=0)


def laid(world, unit, *, standardised):
    made = design(world.concept, world.places, estimator="paired-difference", nulls=20, seed=0)
    found = directed(FEATURES, world.rows * unit, [made], seed=0, standardised=standardised)[0]
    heard = np.random.default_rng(9).normal(size=(50, UNITS))
    return found, heard, found.laid @ (heard * unit).T


def test_units_of_features_change_nothing_of_what_is_found(world):
    found, heard, curves = laid(world, UNEVEN, standardised=True)
    assert curves == pytest.approx(laid(world, np.ones(UNITS), standardised=True)[2], abs=1e-6)
    assert np.corrcoef(curves[0], heard[:, 0])[0, 1] > 0.7
    assert found.laid.shape == (21, UNITS)
    assert found.own.tolist() == found.laid[0].tolist()


def test_unscaled_the_largest_unit_would_be_all_that_is_heard(world):
    _, heard, curves = laid(world, UNEVEN, standardised=False)
    assert np.abs(np.corrcoef(curves[0], heard[:, 0])[0, 1]) < 0.3
    assert np.abs(np.corrcoef(curves[0], heard[:, -1])[0, 1]) > 0.7
