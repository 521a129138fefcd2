"""Weights fetched from a server of this machine, or handed over: whole, known or listened to; failures are one line."""

import hashlib
import shutil

import numpy as np
import pytest

from escucha.cli import main
from escucha.errors import InputError
from escucha.models.shelf import load_model, model_digest
from escucha.models.weights import download
from escucha.models.weights.fetch import fetch, install, use_weights
from escucha.models.weights.store import shelf
from tests.models.weights import toys
from tests.models.weights.serving import Site, serving


@pytest.fixture(autouse=True)
def empty_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("ESCUCHA_CACHE", str(tmp_path / "cache"))
    monkeypatch.setattr(download, "TIMEOUT", 5.0)


@pytest.fixture(scope="module")
def network():
    return toys.trained()


@pytest.fixture
def file(tmp_path, network):
    (tmp_path / "given").mkdir()
    return toys.write_keras(tmp_path / "given" / "toy.h5", network.network, "theano")


@pytest.fixture
def site(file):
    with serving(Site({"/toy.h5": file.read_bytes()})) as site:
        yield site


def sha(data):
    return hashlib.sha256(data).hexdigest()


def home(tmp_path, site, *, known=True, kernels="theano", said="theano"):
    mark = {"sha256": sha(site.files["/toy.h5"])} if known else {}
    variants = [{"kernels": kernels, "files": [{"url": f"{site.address}/toy.h5", **mark}]}]
    return toys.home_of(tmp_path / "home", toys.card(variants, kernels=said))


def answers(card, folder, network):
    model = load_model(card, folder)
    waves = np.random.default_rng(0).normal(0, 0.1, (2, model.window)).astype(np.float32)
    np.testing.assert_allclose(model.scores(waves), network(toys.torch.from_numpy(waves)).detach().numpy(), atol=1e-5)
    return model


@pytest.mark.parametrize("known", [True, False])
def test_what_is_fetched_answers(tmp_path, site, network, known):
    folder, seen = home(tmp_path, site, known=known), []
    with pytest.raises(InputError, match="'toy' are not here yet; fetch them with `escucha fetch toy`, or give a file"):
        load_model("toy", folder)
    kept = fetch("toy", folder, told=lambda done, whole: seen.append((done, whole)))
    assert (kept.verified, kept.kernels) == (known, "theano")
    assert seen[-1] == (len(site.files["/toy.h5"]),) * 2
    answers("toy", folder, network)


def test_a_cut_download_goes_on_where_it_was(tmp_path, site, network):
    whole = len(site.files["/toy.h5"])
    site.cuts = [whole // 3, whole // 3]
    fetch("toy", home(tmp_path, site))
    assert site.asked == [None, f"bytes={whole // 3}-", f"bytes={2 * (whole // 3)}-"]
    answers("toy", tmp_path / "home", network)


def test_what_came_before_giving_up_is_kept_for_the_next_time(tmp_path, site, network):
    folder, whole = home(tmp_path, site), len(site.files["/toy.h5"])
    site.cuts = [1000, 0, 0, 0]
    with pytest.raises(InputError, match=r"cannot reach 127.0.0.1 \(the connection was cut\); go online .*\(1000 bytes "
                                         r"are kept, .*escucha fetch toy --weights FILE"):
        fetch("toy", folder)
    site.asked.clear()
    fetch("toy", folder)
    assert site.asked == ["bytes=1000-"]
    answers("toy", folder, network)
    assert whole > 1000


def test_a_server_that_begins_anew_or_has_less_is_understood(tmp_path, site, network):
    folder = home(tmp_path, site)
    site.ranges, site.cuts = False, [1000]
    fetch("toy", folder)
    answers("toy", folder, network)
    shutil.rmtree(tmp_path / "cache")
    site.ranges, site.cuts = True, [1000, 0, 0, 0]
    with pytest.raises(InputError, match="1000 bytes are kept"):
        fetch("toy", folder)
    partial = next((tmp_path / "cache").rglob("*.partial"))
    partial.write_bytes(bytes(2 * len(site.files["/toy.h5"])))
    fetch("toy", folder)
    answers("toy", folder, network)


def test_other_bytes_than_the_card_knows_are_not_kept(tmp_path, site):
    folder = home(tmp_path, site)
    site.files["/toy.h5"] += b"x"
    with pytest.raises(InputError, match=r"toy.h5 is not the file that the card 'toy' knows .*nothing was") as error:
        fetch("toy", folder)
    assert sha(site.files["/toy.h5"]) in str(error.value)
    assert "\n" not in str(error.value)
    assert not [path for path in (tmp_path / "cache").rglob("*") if path.is_file() and path.suffix != ".lock"]


@pytest.mark.parametrize(("data", "says"), [
    (None, r"toy.h5 cannot be had \(the server says 404 Not Found\)"),
    (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "127.0.0.1.*toy.h5 is a Git LFS pointer"),
    (b"<!DOCTYPE html><html>", "127.0.0.1.*toy.h5 is a web page, not the weights"),
])
def test_what_a_server_has_instead_is_named(tmp_path, site, data, says):
    folder = home(tmp_path, site)
    site.files = {} if data is None else {"/toy.h5": data}
    with pytest.raises(InputError, match=says) as error:
        fetch("toy", folder)
    assert "\n" not in str(error.value)
    assert not list((tmp_path / "cache").rglob("*.partial"))


def test_a_cache_that_cannot_be_written_is_not_taken_for_the_network(tmp_path, site, monkeypatch):
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("ESCUCHA_CACHE", str(tmp_path / "file"))
    with pytest.raises(InputError, match="cannot write to"):
        fetch("toy", home(tmp_path, site))


def test_what_is_here_and_known_is_not_asked_for_again(tmp_path, site, file):
    folder = home(tmp_path, site)
    kept = install("toy", file, folder)
    assert fetch("toy", folder) == kept
    assert not site.asked


def test_offline_says_what_to_do(tmp_path, site, capsys):
    with serving(Site(dict(site.files))) as gone:
        folder = home(tmp_path, gone)
    assert main(["fetch", "toy", "--home", str(folder)]) == 2
    said = capsys.readouterr().err
    assert "cannot reach 127.0.0.1" in said
    assert "or give a file that you have: escucha fetch toy --weights FILE" in said


def test_an_unknown_file_that_was_refused_is_fetched_anew(tmp_path, site, network):
    folder, whole = home(tmp_path, site, known=False), site.files["/toy.h5"]
    site.files["/toy.h5"] = whole[: len(whole) // 2]
    with pytest.raises(InputError, match="is damaged or ends early"):
        fetch("toy", folder)
    site.files["/toy.h5"] = whole
    fetch("toy", folder)
    answers("toy", folder, network)


def test_turned_kernels_of_an_unknown_file_are_refused_and_nothing_is_kept(tmp_path, site, file):
    folder = home(tmp_path, site, known=False, kernels="tensorflow", said="tensorflow")
    for take in (lambda: fetch("toy", folder), lambda: install("toy", file, folder),
                 lambda: use_weights("toy", file, folder)):
        with pytest.raises(InputError, match=r'misread with kernels = "tensorflow" \(toy\): turned by 180 .*'
                                             r'set kernels = "theano" in \[published\]') as error:
            take()
        assert "\n" not in str(error.value)
    with pytest.raises(InputError, match="not here yet"):
        load_model("toy", folder)


@pytest.mark.parametrize(("spoil", "says"), [
    (lambda data: b"version https://git-lfs.github.com/spec/v1\n", "toy.h5 is a Git LFS pointer, not the weights"),
    (lambda data: data[: len(data) // 2], "toy.h5 is damaged or ends early"),
    (lambda data: b"x" + data, "toy.h5 is not HDF5"),
])
def test_a_spoilt_file_is_named_and_what_was_there_stays(tmp_path, site, file, network, spoil, says):
    folder = home(tmp_path, site, known=False)
    install("toy", file, folder)
    file.write_bytes(spoil(site.files["/toy.h5"]))
    for take in (install, use_weights):
        with pytest.raises(InputError, match=says) as error:
            take("toy", file, folder)
        assert "\n" not in str(error.value)
    answers("toy", folder, network)


def test_a_model_that_gives_next_to_nothing_is_refused(tmp_path, site):
    """As a genre service's would with ears turned round: divided by their sum, its outputs would look sure."""
    folder = toys.home_of(tmp_path / "home", toys.card(link="softmax", outputs="sigmoid"))
    silent = toys.trained()
    with toys.torch.no_grad():
        silent.network.head.bias -= 20
    with pytest.raises(InputError, match=r"its raw outputs sum to .*e-\d+, implausibly little"):
        install("toy", toys.write_keras(tmp_path / "silent.h5", silent.network, "theano"), folder)


def test_a_file_that_the_card_knows_says_itself_whose_kernels_it_has(tmp_path, site, file, network):
    folder = home(tmp_path, site, kernels="theano", said="tensorflow")
    assert install("toy", file, folder).verified
    answers("toy", folder, network)


def test_weights_for_one_run_leave_the_card_as_it_was(tmp_path, site, file):
    folder = home(tmp_path, site)
    install("toy", file, folder)
    before = model_digest("toy", folder)
    others = toys.trained(seed=5)
    mine = use_weights("toy", toys.write_keras(tmp_path / "mine.h5", others.network, "theano"), folder)
    answers(mine, folder, others)
    assert mine.endswith("/toy.toml")
    assert model_digest("toy", folder) == before != model_digest(mine, folder)
    assert not load_model("toy", folder).module.training


def test_a_changed_or_vanished_cache_is_noticed(tmp_path, site, file):
    folder = home(tmp_path, site)
    kept = install("toy", file, folder)
    kept.first.write_bytes(kept.first.read_bytes()[:-1])
    with pytest.raises(InputError, match=r"toy.h5 is missing or was changed since it was kept; fetch them with"):
        load_model("toy", folder)
    install("toy", file, folder)
    load_model("toy", folder)
    next(shelf().glob("toy-*.json")).write_text("{")
    with pytest.raises(InputError, match="is damaged; remove it, and fetch"):
        load_model("toy", folder)


def test_the_command_says_what_it_took(tmp_path, site, file, capsys):
    folder = home(tmp_path, site)
    assert main(["fetch", "toy", "--weights", str(file), "--home", str(folder)]) == 0
    said = capsys.readouterr().out
    assert sha(file.read_bytes()) in said
    assert 'kernels = "theano"; known to the card' in said
    assert main(["fetch", "toy", "--weights", str(tmp_path / "absent.h5"), "--home", str(folder)]) == 2
    assert "no weights" in capsys.readouterr().err
