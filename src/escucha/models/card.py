"""What a card says of a trained classifier, and how it is written down.

A card is a TOML of `models/`; its weights lie beside it as safetensors. Both are replaced whole, and the card names the
digest of its weights: a card and weights that do not belong together are noticed, not used.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from torch import Tensor

from escucha.config import Within, build, jsonable, read_toml, to_toml
from escucha.errors import InputError, unknown
from escucha.models.classifier import Link
from escucha.models.weights.safe import save_weights
from escucha.whole import whole

Rate = Annotated[int, Within(1, 768_000)]
Seconds = Annotated[float, Within(0.001, 600)]


@dataclass(frozen=True)
class Card:
    """A trained classifier: how to build it, where its weights are, how it came to be."""

    meaning: str
    """One sentence: what it tells apart, and on what music it was trained."""
    kind: Literal["network", "features"]
    """`network`: a front end and a torch network; `features`: a fixed description of each window, and a head on it."""
    labels: tuple[str, ...]
    rate: Rate
    window: Seconds
    """Seconds it hears at once."""
    weights: str = ""
    """A safetensors file beside the card; empty where `published` says where the weights are."""
    digest: str = ""
    """Of the weights; they are refused when it does not match."""
    link: Link = "softmax"
    layers: tuple[str, ...] = ()
    """Of a network: those that can be asked for; all it offers when empty."""
    thresholds: dict[str, Any] = field(default_factory=dict)
    """Of a sigmoid model: the probability from which each label is given, chosen on validation clips; .5 otherwise."""
    front_end: dict[str, Any] = field(default_factory=dict)
    """Of a network: `name`, one of FRONT_ENDS, and its settings."""
    network: dict[str, Any] = field(default_factory=dict)
    """`name`, one of NETWORKS, and its settings."""
    features: dict[str, Any] = field(default_factory=dict)
    """Of a head: `name`, one of FEATURES, and which of them, or the card and layer whose activations they are."""
    head: dict[str, Any] = field(default_factory=dict)
    """`name`, one of HEADS, and its settings."""
    published: dict[str, Any] = field(default_factory=dict)
    """Of weights that others published: where they are, what they are, how their kernels are laid out."""
    domain: dict[str, Any] = field(default_factory=dict)
    """What counts as far from its training music (models/domain.py); empty where that is not known."""
    trained: dict[str, Any] = field(default_factory=dict)
    """The experiment that made it and what that measured: a record, read by people."""


def find_card(card: str, home: Path) -> Path:
    """The TOML of a card: the stem of a file in `models/`, or a path to a TOML; InputError with what there is."""
    if card.endswith(".toml"):
        return Path(card)
    path = home / "models" / f"{card}.toml"
    if not path.is_file() or path.name != f"{card}.toml":
        raise unknown("model", card, (file.stem for file in (home / "models").glob("*.toml")), str(home / "models"))
    return path


def read_card(path: Path) -> Card:
    """The card in a TOML; InputError for unknown, missing or wrong keys."""
    card = build(Card, read_toml(path), str(path))
    if not all(card.labels) or len(set(card.labels)) < max(len(card.labels), 1):
        raise InputError(f"'labels' in {path} should be different names, got {list(card.labels)}")
    if bool(card.weights) == bool(card.published):
        raise InputError(f"{path} should name its 'weights', or where they are in [published], and not both")
    if card.weights and (Path(card.weights).name != card.weights or not card.weights.endswith(".safetensors")):
        raise InputError(f"'weights' in {path} should be a file beside the card, a .safetensors, got {card.weights!r}")
    check_thresholds(card.thresholds, card.labels, str(path))
    return card


def check_thresholds(thresholds: Mapping[str, Any], labels: tuple[str, ...], where: str) -> None:
    """Raise InputError for a threshold of no label, or one that is no probability."""
    for label, value in thresholds.items():
        if label not in labels:
            raise unknown("label", label, labels, f"[thresholds] in {where}")
        if not isinstance(value, (int, float)) or isinstance(value, bool) or not 0 <= value <= 1:
            raise InputError(f"the threshold of {label!r} in {where} should be from 0 to 1, got {value!r}")


def write_card(path: Path, card: Card, state: Mapping[str, Tensor]) -> Card:
    """Write the weights, then the card that names them (its `weights` and `digest` are set here), each in one step.

    A card that another experiment made is never replaced: InputError, before anything is written.
    """
    refuse_foreign(path, str(card.trained.get("experiment", "")))
    path.parent.mkdir(parents=True, exist_ok=True)
    weights = path.with_suffix(".safetensors")
    mark = save_weights(weights, state)
    named = replace(card, weights=weights.name, digest=mark)
    table = {key: value for key, value in jsonable(named).items() if value not in ({}, [])}
    try:
        with whole(path) as partial:
            partial.write_text(to_toml(table) + "\n", encoding="utf-8")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from error
    return named


def card_stands(path: Path, numbers: Mapping[str, Any]) -> bool:
    """Is `path` a card whose weights are there, and are `weights` of a finding's numbers?"""
    try:
        card = read_card(path)
    except InputError:
        return False
    return bool(card.digest) and card.digest == numbers.get("weights") and (path.parent / card.weights).is_file()


def refuse_foreign(path: Path, experiment: str) -> None:
    """Raise InputError where `path` is a card that was not made by `experiment`."""
    if path.is_file() and (maker := read_toml(path).get("trained", {}).get("experiment", "")) != experiment:
        raise InputError(f"{path} was made by {maker or 'someone else'!r}, not by {experiment!r}; "
                         "give the new model another `card`")

