"""Published weights, from the web or from a file, into the cache: verified, or listened to."""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from escucha.config import fingerprint, jsonable, to_toml
from escucha.errors import InputError
from escucha.models.card import Card, find_card, read_card
from escucha.models.own import is_own
from escucha.models.published import Published, PublishedFile, adopted, published, turned
from escucha.models.weights.download import Resuming
from escucha.models.weights.files import first_bytes
from escucha.models.weights.kernel_check import SHIFT, agreement, complaint, hearing
from escucha.models.weights.kernels import Kernels, other
from escucha.models.weights.probes import probe_sounds
from escucha.models.weights.store import Kept, find, keep, sha256, shelf
from escucha.whole import whole

SILENT: Callable[[int, int], None] = lambda done, of: None  # noqa: E731


def fetch(card: str, home: Path, *, told: Callable[[int, int], None] = SILENT) -> Kept:
    """Download a card's published weights (its first variant) to the cache, going on where it was cut off.

    Files whose SHA-256 the card knows are compared with it; others go through the check of weights/kernel_check.py.
    `told` is called with the bytes that are here and those there are. InputError offline, for an address without the
    file, for other bytes than the card knows, and for weights that do not fit or listen the wrong way round.
    """
    path, read, table = _card(card, home)
    with suppress(InputError):
        if (kept := find(path.stem, read.published)).verified:
            return kept
    variant = table.variants[0]
    folder = shelf() / "fetched" / fingerprint([file.url for file in variant.files])
    with _alone(folder):
        files = [_retrieved(file, folder, path.stem, told) for file in variant.files]
        verified = all(file.sha256 for file in variant.files)
        kept = _checked(files, read, path, kernels=variant.kernels, verified=verified)
        shutil.rmtree(folder, ignore_errors=True)
    return kept


def install(card: str, file: Path, home: Path) -> Kept:
    """Take a file that is already here for a card's weights, from now on; of a checkpoint, its index.

    A file that the card knows decides by itself whose kernels it has; any other is taken with the card's `kernels`, and
    only where the check of weights/kernel_check.py finds nothing against that. InputError otherwise.
    """
    path, read, table = _card(card, home)
    files = _belonging(file, table)
    kernels, verified = _recognised(files, table)
    return _checked(files, read, path, kernels=kernels, verified=verified)


def use_weights(card: str, file: Path, home: Path) -> str:
    """A card in the cache that is `card` with the weights of `file`: its path, to use wherever a CARD is asked for.

    What `card` itself answers with stays as it is. InputError as in `install`.
    """
    path, read, table = _card(card, home)
    files = _belonging(file, table)
    kernels, verified = _recognised(files, table)
    address = "https://given.by.hand/"
    known = [{"url": address + file.name, "sha256": sha256(file)} for file in files]
    given = {**read.published, "kernels": kernels, "variants": [{"kernels": kernels, "files": known}]}
    # of the card's own name, because findings name a model by the stem of its card
    place = shelf() / "cards" / fingerprint(jsonable(read), given) / path.name
    place.parent.mkdir(parents=True, exist_ok=True)
    mine = replace(read, published=given)
    _checked(files, mine, place, kernels=kernels, verified=verified)
    with whole(place) as partial:
        settings = {key: value for key, value in jsonable(mine).items() if value not in ({}, [], "")}
        partial.write_text(to_toml(settings) + "\n", encoding="utf-8")
    return str(place)


def check_kernels(card: Card, file: Path, kernels: Kernels, where: str) -> None:
    """Raise InputError where weights of `card` seem to listen the wrong way round (weights/kernel_check.py)."""
    module, _ = adopted(card, file, kernels, where=where)
    samples, sigmoid = round(card.window * card.rate), card.link == "sigmoid"
    waves = probe_sounds(card.rate, samples + round(SHIFT * card.rate))
    own = hearing(module, card.rate, samples, sigmoid=sigmoid, waves=waves)
    reason = complaint(own, agreement(turned(module), waves[:, :samples])[0])
    if reason:
        raise InputError(f"{file} seems to be misread with kernels = \"{kernels}\" ({Path(where).stem}): {reason}; set "
                         f"kernels = \"{other(kernels)}\" in [published] of {where}, or take another file")


def _card(card: str, home: Path) -> tuple[Path, Card, Published]:
    if is_own(card):
        raise InputError(f"{card} is a function of yours and loads its own weights; leave --weights out")
    path = find_card(card, home)
    read = read_card(path)
    if not read.published:
        raise InputError(f"the weights of {path.stem!r} lie beside its card ({read.weights}); nothing is to be fetched")
    return path, read, published(read, str(path))


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The block runs in one process at a time: two that add to the same half of a file would spoil it."""
    from filelock import FileLock

    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        lock = FileLock(f"{folder}.lock")
        lock.acquire()
    except OSError as error:
        raise InputError(f"cannot write to {folder.parent}: {error.strerror or error}") from None
    try:
        yield
    finally:
        lock.release()


def _retrieved(file: PublishedFile, folder: Path, card: str, told: Callable[[int, int], None]) -> Path:
    import pooch

    partial = folder / f"{file.name}.partial"
    if not file.sha256:  # what another file began with, or one that was refused, could not be noticed afterwards
        partial.unlink(missing_ok=True)
        (folder / file.name).unlink(missing_ok=True)
    downloader = Resuming(partial, f"give a file that you have: escucha fetch {card} --weights FILE", told)
    pooch.get_logger().setLevel("WARNING")
    try:
        got = pooch.retrieve(file.url, f"sha256:{file.sha256}" if file.sha256 else None, fname=file.name, path=folder,
                             downloader=downloader)
    except InputError:
        raise
    except ValueError as error:
        reason = " ".join(str(error).split()).split(" Deleted")[0]
        raise InputError(f"{file.url} is not the file that the card {card!r} knows ({reason}); nothing was kept: try "
                         f"again, or {downloader.way_out}") from None
    except OSError as error:
        raise InputError(f"cannot write to {folder}: {error.strerror or error}") from None
    return Path(got)


def _belonging(file: Path, table: Published) -> list[Path]:
    """The files of one set of weights: the one that is given, and a checkpoint's other parts, which lie beside it."""
    if table.format != "tensorflow-bundle":
        first_bytes(file)
        return [file]
    index = file.with_suffix(".index")
    first_bytes(index)
    return [index, *sorted(index.parent.glob(f"{index.stem}.data-?????-of-?????"))]


def _recognised(files: Sequence[Path], table: Published) -> tuple[Kernels, bool]:
    """Whose kernels the files have, and whether the card knows them."""
    marks = {sha256(file) for file in files}
    for variant in table.variants:
        if {file.sha256 for file in variant.files} == marks:
            return variant.kernels, True
    return table.kernels, False


def _checked(files: Sequence[Path], card: Card, path: Path, *, kernels: Kernels, verified: bool) -> Kept:
    """Keep files that fit the card, and that it knows or that pass the check of kernels."""
    if verified:
        adopted(card, files[0], kernels, where=str(path))
    else:
        check_kernels(card, files[0], kernels, str(path))
    return keep(files, path.stem, card.published, kernels=kernels, verified=verified)
