"""Models in the user's own Python files."""

import json
import sys

import numpy as np
import pytest
import soundfile
import torch

from escucha.cli import main
from escucha.errors import InputError
from escucha.models.own import is_own
from escucha.models.shelf import load_card, load_domain, load_model, load_thresholds, model_digest
from escucha.models.weights.safe import save_weights

NEIGHBOUR = """
from torch import nn

GAIN = 1.0

class Level(nn.Module):
    '''Louder is the first label's.'''
    def __init__(self):
        super().__init__()
        self.power = nn.Linear(1, 2)

    def forward(self, waves):
        return GAIN * self.power(waves.square().mean(1, keepdim=True).sqrt())
"""
OWN = """
from pathlib import Path
import torch
from escucha.models.torch_classifier import TorchClassifier
from escucha.models.weights.safe import load_weights
from own_neighbour import Level

def make():
    net = Level()
    net.load_state_dict(load_weights(Path(__file__).with_name("level.safetensors")))
    return TorchClassifier.of(net, labels=["loud", "soft"], rate=4000, window=2000)

def another():
    return TorchClassifier.of(Level(), labels=["loud", "soft"], rate=4000, window=2000, link="sigmoid")

def nothing():
    return 3

def needs(what):
    return what

def late():
    from no_such_module import x
"""


@pytest.fixture
def own(tmp_path):
    folder = tmp_path / "my models"
    folder.mkdir()
    (folder / "own_neighbour.py").write_text(NEIGHBOUR)
    (folder / "my_model.py").write_text(OWN)
    weigh(folder, 50.0)
    yield folder / "my_model.py"
    sys.modules.pop("own_neighbour", None)


def weigh(folder, gain):
    state = {"power.weight": torch.tensor([[gain], [-gain]]), "power.bias": torch.tensor([-5.0, 5.0])}
    save_weights(folder / "level.safetensors", state)


def test_a_function_of_the_users_file_makes_the_classifier(own, tmp_path):
    path = list(sys.path)
    model = load_model(f"{own}:make", tmp_path)
    assert (model.labels, model.rate, model.window, model.layers) == (("loud", "soft"), 4000, 2000, ("power",))
    scores = model.scores(np.stack([np.full(2000, 0.3), np.full(2000, 0.01)]).astype(np.float32))
    np.testing.assert_allclose(scores, [[10, -10], [-4.5, 4.5]], rtol=1e-4)
    assert sys.path == path
    assert load_domain(f"{own}:make", tmp_path) is None
    assert load_thresholds(f"{own}:another", tmp_path) == {"loud": 0.5, "soft": 0.5}


def test_the_digest_covers_the_file_the_weights_and_what_they_lean_on(own, tmp_path):
    card = f"{own}:make"
    marks = [model_digest(card, tmp_path), model_digest(card, tmp_path)]
    assert len(set(marks)) == 1
    weigh(own.parent, 50.00001)  # answers are the same to three decimals
    marks.append(model_digest(card, tmp_path))
    own.write_text(OWN + "# a remark\n")
    marks.append(model_digest(card, tmp_path))
    sys.modules["own_neighbour"].GAIN = 2.0  # the same file, the same weights, another arithmetic
    marks.append(model_digest(card, tmp_path))
    assert len(set(marks)) == 4


def test_two_functions_that_answer_noise_alike_have_two_digests(tmp_path):
    file = tmp_path / "two_models.py"
    file.write_text(PLAIN.format("pass") + "other = make\n")
    assert model_digest(f"{file}:make", tmp_path) != model_digest(f"{file}:other", tmp_path)


@pytest.mark.parametrize(("wrong", "said"), [
    ("def scores(self, waves): return np.random.default_rng().normal(size=(len(waves), 2))", "differently each time"),
    ("def scores(self, waves): return np.array([['x', 'y']] * len(waves))", "scores of type <U1"),
    ("def scores(self, waves):\n        import torch\n        return torch.ones(len(waves), 2, requires_grad=True)",
     "are no array"),
])
def test_a_classifier_that_cannot_be_known_by_its_answers_is_refused(tmp_path, wrong, said):
    file = tmp_path / "unsteady_model.py"
    file.write_text(PLAIN.format(wrong))
    with pytest.raises(InputError, match=said):
        model_digest(f"{file}:make", tmp_path)


def test_a_file_is_read_again_when_it_has_changed(own, tmp_path):
    load_model(f"{own}:make", tmp_path)
    own.write_text(OWN.replace('"loud", "soft"', '"forte", "piano"'))
    assert load_model(f"{own}:make", tmp_path).labels == ("forte", "piano")


@pytest.mark.parametrize(("name", "says"), [
    (":mak", r"unknown function 'mak' in .*my_model.py; did you mean 'make'\?"),
    ("", "names no function; give .*FILE.py:NAME"),
    (":", "names no function"),
    (":nothing", "returned int, not a classifier; return TorchClassifier.of"),
    (":needs", r"my_model.py: TypeError: needs\(\) missing 1 required"),
    (":late", r"my_model.py, line 23: ModuleNotFoundError: No module named 'no_such_module'"),
])
def test_what_is_wrong_is_one_line(own, tmp_path, name, says):
    with pytest.raises(InputError, match=says) as error:
        load_model(f"{own}{name}", tmp_path)
    assert "\n" not in str(error.value)


def test_a_file_that_cannot_be_imported_says_where(own, tmp_path):
    own.write_text(OWN + "\n1 / 0\n")
    with pytest.raises(InputError, match=r"my_model.py, line \d+: ZeroDivisionError"):
        load_model(f"{own}:make", tmp_path)
    own.write_text("def make(:\n")
    with pytest.raises(InputError, match=r"my_model.py: SyntaxError: .*line 1"):
        load_model(f"{own}:make", tmp_path)
    with pytest.raises(InputError, match=r"no file .*none.py; check the path"):
        load_model(f"{own.parent}/none.py:make", tmp_path)


def test_a_card_never_imports_anything(own, tmp_path):
    assert is_own(f"{own}:make")
    assert not is_own("palos-cnn")
    assert not is_own("models/palos-cnn.toml")
    with pytest.raises(InputError, match="unknown model"):
        load_card(f"{own}:make", tmp_path)


def test_the_command_line_takes_it_wherever_it_takes_a_card(own, home, tmp_path, capsys):
    song = tmp_path / "song.wav"
    soundfile.write(song, np.sin(np.arange(8000)) * np.repeat([0.5, 0.01], 4000), 4000)
    assert main(["predict", f"{own}:make", str(song), "--json", "--home", str(home)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["model"] == "my_model"
    assert [max(window["scores"], key=window["scores"].get) for window in told["clips"][0]["windows"]] == [
        "loud", "loud", "soft", "soft"]
    words = ["explain", f"{own}:make", str(song), "--parts", "none", "--home", str(home), "--label", "loud", "--json"]
    assert main(words) == 0
    weights = [part["weight"] for part in json.loads(capsys.readouterr().out)["parts"]]
    assert weights[0] == pytest.approx(weights[1], rel=0.01)
    assert weights[0] > 10 * abs(weights[2])
    assert main(["predict", f"{own}:mak", str(song), "--home", str(home)]) == 2
    assert "did you mean 'make'?" in capsys.readouterr().err


PLAIN = """
import numpy as np

class Plain:
    labels, rate, window, link = ("a", "b"), 4000, 2000, "softmax"
    def scores(self, waves):
        return np.tile([0.0, 1.0], (len(waves), 1))

class Mine(Plain):
    {}

make = Mine
"""
"""A classifier without torch, and a place for what is wrong with it."""


@pytest.fixture
def song(tmp_path):
    path = tmp_path / "song.wav"
    soundfile.write(path, np.full(4000, 0.1), 4000)
    return path


@pytest.mark.parametrize(("wrong", "said"), [
    ("labels = 'ab'", "the labels of"), ("labels = (1, 2)", "the labels of"), ("labels = None", "the labels of"),
    ("labels = ('a', 'a')", "should be different names"), ("link = 'relu'", "unknown link 'relu'"),
    ("rate = '4000'", "the rate of"), ("rate = 10**9", "from 1 to 768000, got 1000000000"),
    ("window = 2000.0", "the window of"), ("window = 10**12", "from 1 to 2400000, got"),
    ("labels = property(lambda self: {}['no'])", "KeyError: 'no'"),
    ("def scores(self, waves): return np.zeros((1, 2))", "shape (1, 2) for 2 windows and 2 labels"),
    ("def scores(self, waves): return np.zeros((2, 3))", "shape (2, 3) for 2 windows and 2 labels"),
    ("def scores(self, waves): return None", "scores of type object"),
    ("def scores(self, waves): return [[1, 2], [3]]", "are no array"),
    ("def scores(self, waves): return np.zeros((2, 2)) + 1j", "scores of type complex128"),
    ("def scores(self, waves): return np.full((2, 2), np.nan)", "not finite"),
    ("def scores(self, waves): raise LookupError('lost')", "line 10: LookupError: lost"),
    ("def scores(self, waves): raise SystemExit(0)", "line 10: SystemExit: 0"),
])
def test_what_an_own_classifier_says_wrongly_is_one_line(tmp_path, song, capsys, home, wrong, said):
    file = tmp_path / "wrong_model.py"
    file.write_text(PLAIN.format(wrong))
    assert main(["predict", f"{file}:make", str(song), "--home", str(home)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1
    assert said in lines[0]


def test_a_file_that_ends_python_does_not_end_in_success(tmp_path, song, capsys, home):
    file = tmp_path / "ending_model.py"
    file.write_text("import sys\nsys.exit(0)\n")
    assert main(["predict", f"{file}:make", str(song), "--home", str(home)]) == 2
    assert f"{file}, line 2: SystemExit" in capsys.readouterr().err


def test_what_a_model_prints_does_not_stand_in_the_json(tmp_path, song, capsys, home):
    file = tmp_path / "loud_model.py"
    loud = "def scores(self, waves): print('heard'); return super().scores(waves)"
    file.write_text("print('read')\n" + PLAIN.format(loud))
    assert main(["predict", f"{file}:make", str(song), "--json", "--home", str(home)]) == 0
    out, err = capsys.readouterr()
    assert json.loads(out)["clips"][0]["answer"] == "b"
    assert err.splitlines() == ["read", "heard"]
    assert main(["explain", f"{file}:make", str(song), "--parts", "none", "--json", "--home", str(home)]) == 0
    assert json.loads(capsys.readouterr().out)["label"] == "b"


def test_one_file_that_an_own_model_stumbles_over_stops_no_other(tmp_path, song, capsys, home):
    file, other = tmp_path / "stumbling_model.py", tmp_path / "other.wav"
    soundfile.write(other, np.zeros(4000), 4000)
    file.write_text(PLAIN.format("def scores(self, waves): 1 // int(waves.any()); return super().scores(waves)"))
    assert main(["predict", f"{file}:make", str(other), str(song), "--home", str(home)]) == 2
    out, err = capsys.readouterr()
    assert str(song) in out
    assert "1 of 2 files" in err
    assert "ZeroDivisionError" in err
