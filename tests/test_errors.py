"""An unknown name is told with the nearest one that is known."""

import pytest

from escucha.errors import InputError, unknown


@pytest.mark.parametrize(("name", "known", "said"), [
    ("lables", ["labels", "seed"], "unknown key 'lables' in x.toml; did you mean 'labels'? (available: labels, seed)"),
    ("zzz", ["seed", "labels"], "unknown key 'zzz' in x.toml; available: labels, seed"),
    ("zzz", [], "unknown key 'zzz' in x.toml; available: none"),
])
def test_unknown_names_the_place_and_the_way_out(name, known, said):
    assert str(unknown("key", name, known, "x.toml")) == said


def test_wrong_input_is_a_value_error():
    assert issubclass(InputError, ValueError)
