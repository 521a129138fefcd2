"""Where demucs' weights are, and that nothing in them can run: safetensors of demucs' own networks, never a pickle."""

import hashlib
import json
import logging
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from escucha.errors import InputError

NETWORKS = frozenset({"demucs.demucs.Demucs", "demucs.hdemucs.HDemucs", "demucs.htdemucs.HTDemucs"})
"""What a file of weights may ask to be built."""

PICKLES = frozenset({".th", ".pt", ".pth", ".ckpt", ".pkl", ".bin"})
_WAY_OUT = "give weights in safetensors, as demucs:FILE.safetensors or a folder of them"


@dataclass(frozen=True)
class Bag:
    """The networks whose answers are averaged; often one."""

    files: tuple[Path, ...]
    """Each a safetensors file."""
    weights: tuple[tuple[float, ...], ...] | None = None
    """`(network, source)`: how much each counts; None: all alike."""
    segment: float | None = None
    """Seconds that they hear at once; None: as each was trained."""

    def digest(self) -> str:
        """A hash of everything above and of the files' bytes."""
        told = f"{self.weights!r} {self.segment!r} {' '.join(_digest(file) for file in self.files)}"
        return hashlib.sha256(told.encode()).hexdigest()[:16]


def check(argument: str) -> None:
    """Raise InputError for a file that is not there or not safe, and for what cannot be a model's name."""
    if _local(argument) is None and not re.fullmatch(r"(\w[\w.-]*/)?\w[\w.-]*", argument):
        raise InputError(f"{argument!r} is no demucs model: give a name (htdemucs), a .safetensors file or a folder")


def find(argument: str) -> Bag:
    """The files of a model: a file, a folder (of a bag's yaml and its safetensors, or of these alone), or a name on the
    Hugging Face hub, fetched once. InputError where they are missing or cannot be fetched.
    """
    check(argument)
    place = _local(argument)
    if place is None:
        return _of_hub(argument)
    if place.is_file():
        return Bag((place,))
    plans = sorted(place.glob("*.yaml"))
    if len(plans) > 1:
        raise InputError(f"{place} holds {len(plans)} bags ({', '.join(plan.name for plan in plans[:3])}); keep each "
                         "in a folder of its own")
    if plans:
        return _bag(plans[0], lambda name: place / name)
    files = sorted(place.glob("*.safetensors"))
    if not files:
        raise InputError(f"no .safetensors in {place}; {_WAY_OUT}")
    return Bag(tuple(files))


def check_file(file: Path) -> None:
    """Raise InputError unless the file holds plain tensors and names one of NETWORKS, before any of it is built."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(str(file), framework="pt") as tensors:
            told, names = tensors.metadata() or {}, set(tensors.keys())
    except (OSError, SafetensorError) as error:
        raise InputError(f"{file} is no safetensors file ({error}); {_WAY_OUT}") from None
    if told.get("klass") not in NETWORKS:
        raise InputError(f"{file} does not hold a network of demucs: its metadata say klass = {told.get('klass')!r}, "
                         f"and {', '.join(sorted(NETWORKS))} are known; save it as demucs does")
    if "structure" in told or "__quantized" in names:
        raise InputError(f"{file} holds packed weights, and unpacking them would run what the file names; save them "
                         "unpacked")
    for key in ("args", "kwargs"):
        if not isinstance(_json(told.get(key)), list if key == "args" else dict):
            raise InputError(f"{file} lacks the {key} of its network in its metadata; save it as demucs does")


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except ValueError:
        return None


def _local(argument: str) -> Path | None:
    """The file or folder meant; None for a name."""
    place = Path(argument).expanduser()
    if place.suffix.lower() in PICKLES:
        raise InputError(f"{argument} is a pickle, and reading one can run any program; {_WAY_OUT} (the hub's models "
                         "have them)")
    if place.exists():
        return place
    if place.suffix == ".safetensors" or argument.startswith((".", "~")) or place.is_absolute():
        raise InputError(f"there is no file or folder {argument} with weights of demucs; check the path")
    return None


def _of_hub(name: str) -> Bag:
    from demucs.hf import DEFAULT_NAMESPACE, hf_repo_name

    owner, _, short = name.rpartition("/")
    repository = f"{owner or DEFAULT_NAMESPACE}/{hf_repo_name(short)}"
    return _bag(_fetched(repository, f"{short}.yaml"), lambda file: _fetched(repository, file))


def _fetched(repository: str, name: str) -> Path:
    """A file of the hub: from its cache on this machine where it is there, so that a model stays what it was."""
    from huggingface_hub import hf_hub_download
    from huggingface_hub.errors import LocalEntryNotFoundError

    try:
        return Path(hf_hub_download(repository, name, local_files_only=True))
    except LocalEntryNotFoundError:
        pass
    said = logging.getLogger("huggingface_hub")
    level = said.level
    said.setLevel(logging.CRITICAL)  # five retries, each with an address: what it means is said below
    try:
        return Path(hf_hub_download(repository, name))
    except (OSError, ValueError) as error:  # offline, no such model, a name that no repository has
        raise InputError(f"cannot fetch {name} of demucs' {repository} from the Hugging Face hub "
                         f"({type(error).__name__}); connect, check the name, or {_WAY_OUT}") from None
    finally:
        said.setLevel(level)


def _bag(plan: Path, place: Callable[[str], Path]) -> Bag:
    """What a bag's yaml says: `models` (names of files), and if wanted `weights` and `segment`."""
    import yaml

    try:
        told = yaml.safe_load(plan.read_text(encoding="utf-8"))
        names = [str(name) for name in told["models"]]
        weights = told.get("weights") and tuple(tuple(map(float, row)) for row in told["weights"])
        segment = told.get("segment") and float(told["segment"])
    except (yaml.YAMLError, ValueError, TypeError, KeyError, AttributeError):
        raise InputError(f"{plan} is no bag of demucs: it needs models = [names of .safetensors files], and may have "
                         "weights (numbers, a row a model) and a segment in seconds") from None
    if not names or any(not re.fullmatch(r"\w[\w.-]*", name) for name in names):
        raise InputError(f"{plan} names models {names} that are no files beside it; name them without folder and "
                         "suffix")
    files = tuple(place(f"{name}.safetensors") for name in names)
    missing = [file for file in files if not file.is_file()]
    if missing:
        raise InputError(f"there is no {missing[0]}, which {plan.name} names; fetch all of the model")
    return Bag(files, weights or None, segment or None)


def _digest(file: Path) -> str:
    now = file.stat()
    return _digest_of(file, now.st_size, now.st_mtime_ns)


@lru_cache(maxsize=64)
def _digest_of(file: Path, *_state: int) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
