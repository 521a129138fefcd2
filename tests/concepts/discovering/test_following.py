"""What goes with what, clip by clip: found where it is planted, and by chance no oftener than is said."""

import numpy as np

from escucha.concepts.discovering.facts import facts_of
from escucha.concepts.discovering.following import following


def test_what_follows_is_found_and_groups_are_no_evidence():
    rng = np.random.default_rng(0)
    groups = np.repeat(np.arange(20), 6)
    tempo = rng.normal(size=120)
    columns = np.stack([tempo + 0.5 * rng.normal(size=120), rng.normal(size=120)], axis=1)
    found = following(columns, np.stack([tempo, rng.normal(size=120)], axis=1), groups, seed=0)
    assert found.p[0, 0] < 0.001
    assert found.r[0, 0] > 0.8
    assert (np.delete(found.p.ravel(), 0) > 0.05).all()


def test_false_alarms_are_as_many_as_is_said():
    """Both columns are habits of the group alone: a test that counted clips would find them related half the time."""
    alarms = 0
    for seed in range(60):
        rng = np.random.default_rng(seed)
        groups = np.repeat(np.arange(16), 8)
        left, right = (rng.normal(size=(16, 1))[groups] + 0.1 * rng.normal(size=(128, 1)) for _ in range(2))
        alarms += following(left, right, groups, seed=seed).p[0, 0] < 0.05
    assert alarms <= 8  # the binomial bound of 60 draws at .05 (99 %)


def test_within_a_label_what_the_label_explains_is_gone():
    rng = np.random.default_rng(1)
    labels = np.tile([0.0, 1.0], 60)
    groups = np.repeat(np.arange(20), 6)
    left, right = (labels[:, None] * 5 + rng.normal(size=(120, 1)) for _ in range(2))
    assert following(left, right, groups, seed=0).r[0, 0] > 0.6
    inner = following(left, right, groups, seed=0, within=labels)
    assert abs(inner.r[0, 0]) < 0.25
    assert inner.p[0, 0] > 0.05
    # what never differs follows nothing
    assert following(np.ones((120, 1)), right, groups, seed=0).r[0, 0] == 0


def test_facts_are_what_differs_between_clips_and_is_no_name():
    notes = [{"tempo": 90.0 + at, "mode": ("major", "phrygian", "minor")[at % 3],
              "metre": ("twelve", "ternary")[at % 2], "cycle": (12, 3)[at % 2],
              "palo": ("solea", "tangos")[at % 2], "sources": ["voice"] * (at % 4 == 0),
              "seed": 1000 + at, "family": at // 6, "duration": 6.0, "beats": [[0.1, 2]], "melisma": at % 5 == 0}
             for at in range(24)]
    found = facts_of(notes, [f"f{at // 6}" for at in range(24)], [(note["palo"],) for note in notes])
    assert list(found) == ["tempo", "mode major", "mode minor", "mode phrygian", "metre: ternary rather than twelve",
                           "voice", "melisma"]
    assert found["voice"].tolist() == [float(at % 4 == 0) for at in range(24)]
    assert "extra" not in facts_of([{**notes[0], "extra": 1.0}, notes[1]], ["a", "b"], [(), ()])
