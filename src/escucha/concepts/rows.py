"""Rows of numbers too many for memory: piled up batch by batch, in a file beyond a few megabytes, read block by block.

A file for the moment has no name and is gone with the process that made it; a file that is kept is named by what its
rows were made of (see `activations.hear`), and lies in the cache.

Conventions: rows are `(row, unit)`; arrays may be numpy's memory maps, which are read like any array.
"""

import mmap
from collections.abc import Iterable, Iterator
from pathlib import Path
from tempfile import SpooledTemporaryFile

import numpy as np

from escucha.corpora.cache import CacheError, store

SMALL = 64 * 2**20
"""Bytes that may stand in memory; more lie in a file."""
BLOCK = 32 * 2**20
"""Bytes of a block of columns, as float64."""


class Pile:
    """Rows one batch after another: in memory until they take `small` bytes, from then on in a file without a name."""

    def __init__(self, folder: Path | None = None, *, small: int = SMALL):
        self.folder, self.small = folder, small
        where = None if folder is None else str(folder)
        self._file = SpooledTemporaryFile(max_size=small, dir=where)  # noqa: SIM115  lives as long as its rows
        self._unit: tuple[int, ...] = ()
        self._dtype = np.dtype(np.float32)

    def add(self, rows: np.ndarray) -> None:
        """More rows `(row, *unit)`, all of one shape and type; CacheError where there is no room for them."""
        self._unit, self._dtype = rows.shape[1:], rows.dtype
        try:
            if self.folder is not None:
                self.folder.mkdir(parents=True, exist_ok=True)
            self._file.write(np.ascontiguousarray(rows).data.cast("B"))
        except OSError as error:
            raise CacheError(f"cannot write a file for the moment: {error.strerror or error}; make room, or set "
                             "ESCUCHA_CACHE (or TMPDIR) to another folder") from None

    def rows(self) -> np.ndarray:
        """`(row, *unit)`: all that was added."""
        held = self._file.tell()
        if held <= self.small:
            self._file.seek(0)
            return np.frombuffer(self._file.read(), self._dtype).reshape(-1, *self._unit)
        self._file.flush()
        count = held // (self._dtype.itemsize * int(np.prod(self._unit)))
        return np.memmap(self._file, self._dtype, mode="r", shape=(count, *self._unit))  # type: ignore[call-overload]


def write(place: Path, rows: Iterable[np.ndarray], count: int, *unit: int) -> None:
    """Blocks of rows, float32, as the file `place` (.npy) of `count` rows; CacheError where it cannot be written."""
    told = {"descr": "<f4", "fortran_order": False, "shape": (count, *unit)}

    def fill(file) -> None:
        np.lib.format.write_array_header_1_0(file, told)
        for block in rows:
            file.write(np.ascontiguousarray(block, dtype="<f4").data.cast("B"))

    store(place, fill)


def read(place: Path, *, small: int = SMALL, count: int | None = None) -> np.ndarray | None:
    """The rows in a file, in memory where they are `small`; None where it is absent or damaged.

    Damaged is also a file of another number of rows than `count`, where that is known, and one in memory that holds
    NaN or infinity.
    """
    try:
        rows = np.load(place, mmap_mode="r" if place.stat().st_size > small else None, allow_pickle=False)
    except Exception:  # absent, or cut short or overwritten in whatever way: made anew
        return None
    if rows.ndim != 2 or rows.dtype != np.float32 or len(rows) != (len(rows) if count is None else count):
        return None
    return rows if isinstance(rows, np.memmap) or np.isfinite(rows).all() else None


def gram(rows: np.ndarray, others: np.ndarray | None = None, *, centred: bool = False) -> np.ndarray:
    """`(row, other)` float64 of `(row, unit)` and `(other, unit)`, rows by default: `rows @ others'`.

    A block of columns at a time, so that wide layers need no second copy. `centred`: rows less their mean, of rows
    alone.
    """
    total = np.zeros((len(rows), len(rows if others is None else others)))
    for columns in blocks(rows.shape[1], max(total.shape)):
        block = taken(rows, columns)
        if centred:
            block -= block.mean(axis=0)
        total += block @ (block if others is None else taken(others, columns)).T
    return total


def blocks(units: int, rows: int) -> Iterator[slice]:
    """Slices of the columns of an array of so many rows, each about BLOCK."""
    step = max(64, BLOCK // (8 * max(rows, 1)))
    for at in range(0, units, step):
        yield slice(at, at + step)


def taken(rows: np.ndarray, columns: slice) -> np.ndarray:
    """A block of columns as a float64 copy; no more of a file than BLOCK stays in this process's memory meanwhile."""
    if not _of_file(rows):
        return rows[:, columns].astype(np.float64)
    block = np.empty(rows[:, columns].shape)
    step = max(1, BLOCK // max(1, rows.strides[0]))
    for at in range(0, len(rows), step):
        block[at:at + step] = rows[at:at + step, columns]
        let_go(rows)  # the system maps far more of a file than what is read of it
    return block


def let_go(rows: np.ndarray) -> None:
    """Give pages that were read of a file back; of an array in memory nothing."""
    file = _of_file(rows)
    if file is not None and hasattr(file, "madvise"):
        file.madvise(mmap.MADV_DONTNEED)


def _of_file(rows: np.ndarray) -> mmap.mmap | None:
    base = rows
    while isinstance(base, np.ndarray) and base.base is not None:
        base = base.base
    return base if isinstance(base, mmap.mmap) else None
