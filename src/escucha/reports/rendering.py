"""From templates to files: escaped, and whole or not at all."""

import base64
import functools
import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from escucha.errors import InputError
from escucha.whole import whole


@functools.cache
def environment() -> Environment:
    """Templates in which everything is escaped: a file called `<script>` is a name, not a program."""
    made = Environment(loader=PackageLoader("escucha.reports"), autoescape=True, undefined=StrictUndefined,
                       trim_blocks=True, lstrip_blocks=True)
    made.globals.update(style=Markup(_source(made, "style.css")), script=Markup(_source(made, "page.js")),
                        script_hash=_hash(_source(made, "page.js")))
    return made


def render(template: str, context: Mapping[str, Any]) -> str:
    """The text of a template."""
    return environment().get_template(template).render(context)


def put(path: Path, text: str) -> Path:
    """Write `text` to `path`, whole or not at all; InputError where the place cannot be written."""
    try:
        with whole(path) as partial:
            partial.write_text(text, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}; name another place") from None
    return path


def _source(made: Environment, name: str) -> str:
    assert made.loader is not None
    return made.loader.get_source(made, name)[0]


def _hash(script: str) -> str:
    """What a content security policy calls our one script, so that no other can run."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"
