"""A grid: every combination a finding of its own, the best chosen on validation, never on test."""

import json

import pytest

from escucha.errors import InputError
from escucha.experiments.run import experiment_of, read_experiment, run
from escucha.experiments.training.sweep import Sweep, swept
from escucha.experiments.training.sweep_finding import Run, SweepFinding
from escucha.finding import load
from escucha.models.card import read_card
from tests.experiments.toys import RATE, ToyBench

TABLE = {
    "kind": "training", "card": "toy", "meaning": "slow or fast", "corpus": {"clips": 48}, "rate": RATE, "window": 1.5,
    "front_end": {"n_fft": 256, "hop": 64, "mels": 16}, "network": {"name": "short-cnn", "widths": [8, 12]},
    "recipe": {"epochs": 3, "batch": 8, "bands": 3},
    "sweep": {"recipe.rate": [1e-7, 1e-2], "recipe": {"seed": [0, 1]}},
}


@pytest.fixture(scope="module")
def swept_toys(tmp_path_factory):
    home = tmp_path_factory.mktemp("home")
    (home / "models").mkdir()
    bench = ToyBench(home, home / "cache")
    return bench, load(run(experiment_of(TABLE, "here"), bench, name="grid"))


def test_every_combination_is_a_finding_and_a_card_of_its_own(swept_toys):
    bench, saved = swept_toys
    each = saved.numbers["each"]
    assert [run["settings"] for run in each] == [{"recipe.rate": rate, "recipe.seed": seed}
                                                 for rate in (1e-7, 1e-2) for seed in (0, 1)]
    for one in each:
        inner = load(bench.home / one["folder"])
        assert inner.about.settings["recipe"]["rate"] == one["settings"]["recipe.rate"]
        assert inner.numbers["valid_score"] == one["valid_score"]
        assert read_card(bench.home / "models" / f"{one['card']}.toml").trained["experiment"] == f"train-{one['card']}"
    assert len({one["card"] for one in each}) == 4


def test_the_best_on_validation_becomes_the_card_that_was_asked_for(swept_toys):
    bench, saved = swept_toys
    best = max(saved.numbers["each"], key=lambda one: (one["valid_score"], -one["best_valid_loss"]))
    assert saved.numbers["chosen"] == best["settings"]
    assert saved.numbers["chosen"]["recipe.rate"] == 1e-2  # the other learns nothing
    kept, own = (read_card(bench.home / "models" / f"{name}.toml") for name in ("toy", best["card"]))
    assert kept.digest == own.digest
    assert kept.trained["experiment"] == "train-toy"
    assert kept.trained["chosen"].startswith(best["card"])
    assert saved.numbers["chosen_on"] == "validation"
    assert "never on test clips" in saved.words[1]
    table = saved.tables()["by-setting"]
    assert table.runs.tolist() == [2, 2, 2, 2]
    assert table.mean_valid_score[1] > table.mean_valid_score[0]
    assert set(saved.files("figures")) == {"runs"}


def test_asked_again_nothing_is_trained_again(swept_toys):
    bench, saved = swept_toys
    before = {path: path.stat().st_mtime_ns for path in (bench.home / "reports").rglob("numbers.json")}
    again = run(experiment_of(TABLE, "here"), bench, name="grid")
    wider = {**TABLE, "sweep": {"recipe.rate": [1e-7, 1e-2], "recipe.seed": [0]}}
    run(experiment_of(wider, "here"), bench, name="grid")
    assert again == saved.folder
    assert all(path.stat().st_mtime_ns == then for path, then in before.items())


def test_a_card_that_was_removed_is_trained_again(swept_toys):
    bench, saved = swept_toys
    best, other = ({"toy": saved.numbers["weights"]} | {one["card"]: one["weights"] for one in saved.numbers["each"]},
                   saved.numbers["each"][3]["card"])
    for name in ("toy", other):
        card = bench.home / "models" / f"{name}.toml"
        card.unlink()
        run(experiment_of(TABLE, "here"), bench, name="grid")
        assert read_card(card).digest == best[name]


def test_a_better_test_number_does_not_choose():
    runs = [Run({"x": at}, "", "", {"valid_score": valid, "accuracy": test, "best_valid_loss": loss})
            for at, (valid, test, loss) in enumerate([(0.8, 0.9, 0.3), (0.9, 0.5, 0.4), (0.9, 0.6, 0.2)])]
    assert SweepFinding("training", "c", tuple(runs)).best is runs[2]


def test_what_has_no_validation_is_not_chosen_from_and_failures_are_told():
    runs = (Run({"x": 1}, "", "", {"accuracy": 0.9}), Run({"x": 2}, "", "", {}, "it diverged"))
    finding = SweepFinding("accuracy", "", runs)
    assert finding.best is None
    assert finding.numbers()["chosen_on"] == "nothing"
    assert finding.numbers()["failed"] == 1
    assert finding.words()[-1] == "Warning: the run with x 2 failed: it diverged"
    json.dumps(finding.numbers()["each"][0]["settings"])


def test_a_toml_with_a_sweep_is_a_sweep_and_one_without_is_not(tmp_path):
    path = tmp_path / "grid.toml"
    path.write_text('kind = "accuracy"\nquestion = "?"\nmodel = "m"\n[corpus]\nkind = "palos"\n'
                    '[sweep]\naggregation = ["mean-logit", "majority-vote"]\n')
    asked = read_experiment(str(path), tmp_path).experiment
    assert isinstance(asked, Sweep)
    assert [run.aggregation for run in asked.runs()] == ["mean-logit", "majority-vote"]
    assert swept({"kind": "accuracy"}) == {"kind": "accuracy"}


@pytest.mark.parametrize(("grid", "says"), [
    ({"recipe.rat": [1]}, r"unknown key 'rat' in 'recipe' in the sweep at recipe.rat = 1; did you mean 'rate'"),
    ({"recipe.rate": 1e-3}, "gives 'recipe.rate' a list of values to try, got 0.001"),
    ({"recipe.seed": list(range(70))}, "asks for 70 combinations, and 1 to 64 can be run; give it fewer values"),
    ({}, "asks for 0 combinations"),
    ({"card": ["a"]}, "cannot vary 'card'"),
    ({"window.size": [1.0]}, "cannot vary 'window.size': 'window' is no table"),
])
def test_a_grid_that_is_none_is_refused(tmp_path, grid, says):
    (tmp_path / "models").mkdir()
    with pytest.raises(InputError, match=says):
        experiment_of({**TABLE, "sweep": grid}, "here").run(ToyBench(tmp_path, tmp_path / "cache"))
    assert not list((tmp_path / "models").iterdir())


def test_a_sweep_never_replaces_a_card_of_others(tmp_path):
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "toy.toml").write_text("meaning = 'theirs'\n")
    with pytest.raises(InputError, match="was made by 'someone else', not by 'train-toy'"):
        experiment_of(TABLE, "here").run(ToyBench(tmp_path, tmp_path / "cache"))
