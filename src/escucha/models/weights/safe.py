"""Tensors in one safetensors file, written whole or not at all. Nothing in such a file can run.

Conventions: a state is `{name: tensor}`; names may hold dots.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path

import safetensors
import safetensors.torch
from torch import Tensor

from escucha.errors import InputError
from escucha.whole import whole


def save_weights(path: Path, state: Mapping[str, Tensor]) -> str:
    """Write `state` to `path` (replacing what is there in one step) and return its digest."""
    plain = {name: tensor.detach().cpu().contiguous() for name, tensor in state.items()}
    try:
        with whole(path) as partial:
            # its own writer would leave the file readable by us alone
            partial.write_bytes(safetensors.torch.save(plain))
    except OSError as error:
        raise InputError(f"cannot write weights to {path}: {error.strerror or error}") from error
    return digest(path)


def load_weights(path: Path) -> dict[str, Tensor]:
    """The tensors of a file; InputError where it is missing or is not safetensors."""
    digest(path)
    try:
        return safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError, ValueError) as error:
        raise InputError(f"{path} is not a whole safetensors file ({error}); restore it, or train it again") from None


def digest(path: Path) -> str:
    """Sixteen hex digits of the file's bytes (SHA-256); InputError where there is no such file."""
    try:
        if not path.is_file():  # a named pipe would be waited for, a device read for ever
            raise InputError(f"no weights {path}; run the experiment that trains them, or correct `weights` in the "
                             "card")
        return hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    except OSError as error:
        raise InputError(f"cannot read weights {path}: {error.strerror}") from None


def part(state: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    """The tensors whose names begin with `prefix.`, without it."""
    return {name.removeprefix(f"{prefix}."): tensor for name, tensor in state.items() if name.startswith(f"{prefix}.")}


def prefixed(prefix: str, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The same tensors with `prefix.` before their names."""
    return {f"{prefix}.{name}": tensor for name, tensor in state.items()}
