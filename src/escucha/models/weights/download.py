"""One file from the web, continued where an earlier attempt was cut off.

A downloader for pooch (`retrieve(..., downloader=Resuming(...))`), which compares the SHA-256 and keeps the file; its
own downloader begins anew each time.
"""

import errno
import http.client
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from escucha import __version__
from escucha.errors import InputError
from escucha.models.weights.files import LARGEST, first_bytes

CHUNK = 1 << 16
ATTEMPTS = 3
"""In a row that bring nothing new, before it is given up."""
TIMEOUT = 20.0
"""Seconds without a byte."""


@dataclass(frozen=True)
class Resuming:
    """Downloads to `partial` and moves it where it is wanted; what has come so far stays for the next time."""

    partial: Path
    way_out: str
    """What to do instead, for messages."""
    told: Callable[[int, int], None] = lambda done, whole: None
    """Called with the bytes that are here and those there are."""

    def __call__(self, url: str, output_file: str, pooch: Any) -> None:
        """Fetch `url` to `output_file`; InputError in one line where that cannot be done."""
        self.partial.parent.mkdir(parents=True, exist_ok=True)
        failed = 0
        while failed < ATTEMPTS:
            before = self._have()
            try:
                if self._more(url):
                    break
            except (OSError, http.client.HTTPException) as error:
                if _of_the_disk(error):
                    raise
                reason: Exception = error
            else:
                reason = ConnectionError("the connection was cut")
            failed = failed + 1 if self._have() <= before else 0
            if failed == ATTEMPTS or _final(reason):
                raise InputError(self._failure(url, reason)) from None
        try:
            first_bytes(self.partial, called=url)
        except InputError:
            self.partial.unlink()
            raise
        self.partial.replace(output_file)

    def _have(self) -> int:
        return self.partial.stat().st_size if self.partial.exists() else 0

    def _more(self, url: str) -> bool:
        """Add what the server sends; whether that is all there is."""
        have = self._have()
        headers = {"User-Agent": f"escucha/{__version__}", **({"Range": f"bytes={have}-"} if have else {})}
        try:
            answer = urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=TIMEOUT)  # http(s)
        except urllib.error.HTTPError as error:
            if error.code != http.client.REQUESTED_RANGE_NOT_SATISFIABLE or not have:
                raise
            self.partial.unlink()  # more is here than there: another file's beginning
            return False
        with answer:
            continued = answer.status == http.client.PARTIAL_CONTENT
            start = have if continued else 0
            length = answer.headers.get("Content-Length")
            whole = start + int(length) if length and length.isdigit() else 0
            with self.partial.open("ab" if continued else "wb") as file:
                while chunk := answer.read(CHUNK):
                    file.write(chunk)
                    self.told(file.tell(), whole)
                    if file.tell() > LARGEST:
                        raise InputError(f"{url} is larger than {LARGEST >> 30} GiB: not the weights; {self.way_out}")
        return not whole or self._have() >= whole

    def _failure(self, url: str, error: Exception) -> str:
        if isinstance(error, urllib.error.HTTPError):
            return f"{url} cannot be had (the server says {error.code} {error.reason}); {self.way_out}"
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        kept = f" ({self._have()} bytes are kept, and it will go on from there)" if self._have() else ""
        return f"cannot reach {urlsplit(url).hostname} ({reason}); go online and try again{kept}, or {self.way_out}"


def _of_the_disk(error: Exception) -> bool:
    """Is it the file that could not be written, and not the network?"""
    named = isinstance(error, OSError) and not isinstance(error, urllib.error.URLError) and error.filename is not None
    return named or getattr(error, "errno", None) in (errno.ENOSPC, errno.EDQUOT)


def _final(error: Exception) -> bool:
    """Will another attempt right away end the same? A refusal does, and no network."""
    if isinstance(error, urllib.error.HTTPError):
        return error.code < 500
    return isinstance(error, urllib.error.URLError)
