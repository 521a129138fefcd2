"""What a label is called: the folder "Bulerías" is the label "bulerias" of a card."""

import unicodedata
from collections.abc import Callable, Iterable, Mapping

from escucha.errors import InputError, unknown


def slug(name: str) -> str:
    """A name in lower case, without accents, with hyphens for spaces; letters that have no other form stay.

    >>> slug("Fandangos de  Huelva"), slug("Soleá"), slug("cou_fol"), slug("演歌")
    ('fandangos-de-huelva', 'solea', 'cou_fol', '演歌')
    """
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", name) if not "\u0300" <= letter <= "\u036f")
    return "-".join(unicodedata.normalize("NFC", bare).casefold().split())


def renamed(found: Iterable[str], labels: Mapping[str, str] | None, where: str, *,
            otherwise: Callable[[str], str] = slug) -> dict[str, str]:
    """Every name that was found to its label: the one that `labels` gives it, else what `otherwise` makes of it.

    Raises InputError for a name in `labels` that was not found, and for a label that is no text.
    """
    # a disk may keep "í" as one letter or as two, whatever the table does
    names = {name: unicodedata.normalize("NFC", name) for name in found}
    given = {unicodedata.normalize("NFC", name): label for name, label in (labels or {}).items()}
    for name, label in given.items():
        if name not in names.values():
            raise unknown("label to rename", name, names.values(), where)
        if not isinstance(label, str) or not label.strip():
            raise InputError(f"'labels' of {where} should give {name!r} a name, got {label!r}")
    return {name: given[whole].strip() if whole in given else otherwise(name) for name, whole in names.items()}
