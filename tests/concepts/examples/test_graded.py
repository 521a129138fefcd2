"""Graded examples are two rungs of one score, every two in turn."""

import numpy as np
import pytest

from escucha.concepts.concept import Concept
from escucha.concepts.examples.graded import Graded
from escucha.concepts.examples.pairs import Pairs
from escucha.corpora.palos import GRADES, KIN
from escucha.errors import InputError


@pytest.mark.parametrize("change", sorted(GRADES))
def test_pairs_are_two_levels_of_one_score(change, tmp_path):
    examples, null = Graded(change).gather(tmp_path, "here")
    concept = Concept(change, "More or less of it.", examples, null, paired=True)
    grade = GRADES[change]
    assert concept.graded
    assert len(examples) == 72
    span = grade.levels[-1] - grade.levels[0]
    for more, less in zip(examples[::2], examples[1::2]):
        assert more.degree == pytest.approx((more.level - less.level) / span)
        assert more.source.recipe.get(grade.key, None) == more.level
        assert more.source.recipe.change(grade.key, less.level) == less.source.recipe
    assert {example.level for example in examples} == set(grade.levels)
    assert len({(more.level, less.level) for more, less in zip(examples[::2], examples[1::2])}) == 10
    assert 0 < concept.degrees.min() < concept.degrees.max() == 1
    kinds = {"room", "noise", "program"} - {KIN.get(change)}
    assert null == tuple(one for one in Pairs("palmas").gather(tmp_path, "here")[1] if one.kind in kinds)
    assert np.unique([example.group for example in examples]).size == 36


@pytest.mark.parametrize(("change", "kind"), [("reverberation", "room"), ("noise-level", "noise")])
def test_what_changes_the_ideas_own_quality_is_no_null(change, kind, tmp_path):
    kinds = {example.kind for example in Graded(change).gather(tmp_path, "here")[1]}
    assert kinds == {"room", "noise", "program"} - {kind}


def test_an_unknown_one_is_an_error(tmp_path):
    with pytest.raises(InputError, match="did you mean 'tempo'"):
        Graded("tmepo").gather(tmp_path, "here")
