"""A model of your own on the command line: `FILE.py:NAME` is a function in your file that returns a classifier.

The file is imported, so whatever it does is done: name only files that you wrote or read. A card never does that: it
names networks of this package and weights that cannot run.

Conventions: NAME is called without arguments and returns a Classifier (`TorchClassifier.of`, `SklearnClassifier.of`,
`from_hugging_face`, or any object with `labels`, `rate`, `window`, `link` and `scores`). While the file is imported and
called its folder is on the import path, so that it may import its neighbours; what it prints goes to stderr.
"""

import hashlib
import importlib.util
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from escucha.errors import InputError, check_name, unknown
from escucha.models.classifier import VALUES, Classifier
from escucha.models.windows import ballots

PROBES = 3
"""Sounds that a model is known by: noise."""
MODULES = "escucha_own."
"""How the names of modules begin that are such files."""
FASTEST, LONGEST = 768_000, 600
"""Samples a second, and seconds that a model hears at once, at most; as of cards."""


def is_own(card: str) -> bool:
    """Whether a CARD is `FILE.py:NAME` (or `FILE.py`, whose NAME was forgotten)."""
    return card.endswith(".py") or (".py:" in card and not card.endswith(".toml"))


def short_name(card: str) -> str:
    """What a model is called in sentences and titles: a card by its stem, one of a file by its function too.

    >>> short_name("models/palos-cnn.toml"), short_name("ears/my_model.py:mel")
    ('palos-cnn', 'my_model:mel')
    """
    path, colon, name = card.rpartition(":") if is_own(card) else (card, "", "")
    return f"{Path(path or card).stem}{colon}{name}"


def load_own(card: str) -> Classifier:
    """The classifier that `FILE.py:NAME` makes; InputError, in one line, for whatever goes wrong on the way."""
    file, name = _split(card)
    with _neighbours(file), redirect_stdout(sys.stderr):
        try:
            module = _module(file)
            make = getattr(module, name, None)
            if not callable(make):
                raise unknown("function", name, _functions(module), str(file))
            made = make()
            _check(made, card)
        except InputError:
            raise
        except (Exception, SystemExit) as error:
            raise InputError(f"{_place(str(file), error) or file}: {type(error).__name__}: {error}") from error
    return made


def fault(error: BaseException) -> InputError | None:
    """What to say of an error that came out of the user's own file; None of one that did not pass through it."""
    for name, module in list(sys.modules.items()):
        if name.startswith(MODULES) and (place := _place(str(module.__file__), error)):
            return InputError(f"{place}: {type(error).__name__}: {error}")
    return None


def _check(made: object, card: str) -> None:
    """Raise InputError for what is no classifier, or says of itself what none can be."""
    if not isinstance(made, Classifier):
        raise InputError(f"{card} returned {type(made).__name__}, not a classifier; return TorchClassifier.of(...) or "
                         "SklearnClassifier.of(...), or something with labels, rate, window, link and scores")
    labels, link = made.labels, made.link
    named = isinstance(labels, (tuple, list)) and all(isinstance(label, str) and label for label in labels)
    if not named or not labels:
        raise InputError(f"the labels of {card} should be a tuple of names, got {labels!r}")
    if len(set(labels)) < len(labels):
        raise InputError(f"the labels of {card} should be different names, got {list(labels)}")
    if not isinstance(link, str) or link not in VALUES:
        raise unknown("link", str(link), VALUES, card)
    _check_number("rate", made.rate, FASTEST, card)
    _check_number("window", made.window, LONGEST * made.rate, card)


def _check_number(what: str, value: object, most: int, card: str) -> None:
    whole = isinstance(value, (int, np.integer)) and not isinstance(value, bool)
    if not whole or not 1 <= value <= most:  # type: ignore[operator]
        raise InputError(f"the {what} of {card} should be a whole number of samples from 1 to {most}, got {value!r}")


def own_digest(card: str) -> str:
    """Sixteen hex digits: of the file's bytes, the function's name, what the classifier says it is, and its weights.

    Weights are the tensors of its torch module, where it has one; besides, every classifier is asked about fixed noise,
    so that a change in what the file imports or loads is noticed where it changes an answer (in the third decimal).
    InputError where it answers with no finite numbers, or the second time otherwise than the first.
    """
    made, (file, name) = load_own(card), _split(card)
    mark = hashlib.sha256(file.read_bytes() + name.encode())
    layers = getattr(made, "layers", ())
    mark.update(repr((tuple(made.labels), made.rate, made.window, made.link, tuple(layers))).encode())
    for what, content in _tensors(made):
        mark.update(what.encode() + content)
    noise = np.random.default_rng(0).normal(0, 0.1, (PROBES, made.window)).astype(np.float32)
    said, again = (ballots(made, noise).astype(np.float64) for _ in range(2))
    if not np.allclose(said, again, rtol=1e-3, atol=1e-3):
        raise InputError(f"{card} scores the same sound differently each time it is asked, by up to "
                         f"{np.abs(said - again).max():.3g}; switch off what is random in it, as module.eval() does")
    mark.update((np.round(said, 3) + 0.0).tobytes())  # -0 is 0
    return mark.hexdigest()[:16]


def _tensors(made: Classifier) -> Iterator[tuple[str, bytes]]:
    """Name, type and shape, and the bytes of each tensor of a torch module; nothing of another classifier."""
    import torch
    from torch import nn

    module = getattr(made, "module", None)
    for name, tensor in module.state_dict().items() if isinstance(module, nn.Module) else ():
        if isinstance(tensor, torch.Tensor):
            plain = tensor.detach().cpu().contiguous().reshape(-1).view(torch.uint8)
            yield f"{name} {tensor.dtype} {tuple(tensor.shape)}", plain.numpy().tobytes()


def _split(card: str) -> tuple[Path, str]:
    path, colon, name = card.rpartition(":")
    if not colon or not name.isidentifier():
        raise InputError(f"{card!r} names no function; give the one that makes the classifier, FILE.py:NAME")
    file = Path(path)
    check_name(file)
    if not file.is_file():
        raise InputError(f"there is no file {file}; check the path")
    return file.resolve(), name


def _module(file: Path) -> ModuleType:
    name = f"{MODULES}{file.stem}"
    spec = importlib.util.spec_from_file_location(name, file)
    if spec is None or spec.loader is None:
        raise InputError(f"{file} cannot be imported; is it a Python file?")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # a dataclass of the file looks its module up there
    spec.loader.exec_module(module)
    return module


@contextmanager
def _neighbours(file: Path) -> Iterator[None]:
    """The file's folder on the import path."""
    folder = str(file.parent)
    sys.path.insert(0, folder)
    try:
        yield
    finally:
        sys.path.remove(folder)


def _functions(module: Any) -> list[str]:
    """What the file itself defines and may be meant."""
    return [name for name, value in vars(module).items()
            if callable(value) and not name.startswith("_") and getattr(value, "__module__", "") == module.__name__]


def _place(file: str, error: BaseException) -> str:
    """The last line of the file that the error passed through; empty where it did not."""
    line, trace = None, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == file:
            line = trace.tb_lineno
        trace = trace.tb_next
    return f"{file}, line {line}" if line else ""
