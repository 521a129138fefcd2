"""Some tracks of a corpus, by what is known of them: `tempo > 180 and mode == "phrygian"`."""

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from escucha.corpora.corpus import Corpus, Track
from escucha.errors import InputError, unknown

COMPARISONS: dict[type[ast.cmpop], Callable[[Any, Any], Any]] = {
    ast.Eq: operator.eq, ast.NotEq: operator.ne, ast.Lt: operator.lt, ast.LtE: operator.le, ast.Gt: operator.gt,
    ast.GtE: operator.ge, ast.In: lambda item, items: item in items, ast.NotIn: lambda item, items: item not in items,
}

_LONGEST = 2000  # characters; nothing a person writes, and the parser recurses


def query(corpus: Corpus, expression: str) -> Corpus:
    """The tracks for which `expression` holds, in their order; none is an answer too.

    Python's comparisons (also chained, `150 < tempo < 180`), `in`, `and`, `or`, `not`, brackets and lists, over
    numbers, texts, annotations by name, and `name`, `label`, `labels`, `group`, `split`. Nothing is executed. A track
    that lacks a named annotation is left out, whatever the rest says. Raises InputError for anything else, and for a
    name that no track has.
    """
    tree = _parse(expression)
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    known = [(track, {**track.source.annotations(), **_row(track)}) for track in corpus]
    _check_names(names, known, expression)
    chosen = tuple(track for track, facts in known
                   if names <= facts.keys() and _holds(tree, facts, f"{expression!r} for track {track.name!r}"))
    return Corpus(chosen, f"{corpus.origin} where {expression}")


def _row(track: Track) -> dict[str, Any]:
    return {"name": track.name, "label": track.labels[0] if len(track.labels) == 1 else "",
            "labels": track.labels, "group": track.group, "split": track.split}


def _parse(expression: str) -> ast.expr:
    if len(expression) > _LONGEST:
        raise InputError(f"a query has at most {_LONGEST} characters, this one has {len(expression)}")
    try:
        tree = ast.parse(expression.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise InputError(f"cannot read the query {expression!r}: {getattr(error, 'msg', error)}; "
                         "write it like tempo > 180 and mode == \"phrygian\"") from None
    for node in ast.walk(tree):
        if isinstance(node, ast.expr) and type(node) not in NODES:
            raise InputError(f"{type(node).__name__} in the query {expression!r} is not understood; there are names, "
                             "numbers, texts, lists, comparisons, in, and, or, not")
    return tree


def _check_names(names: set[str], known: list[tuple[Track, dict[str, Any]]], expression: str) -> None:
    available = {name for _, facts in known for name in facts}
    for name in sorted(names - available):
        if known:
            raise unknown("annotation", name, available, f"the query {expression!r}")


def _holds(tree: ast.expr, facts: Mapping[str, Any], where: str) -> bool:
    try:
        return bool(_value(tree, facts))
    except (TypeError, RecursionError) as error:
        raise InputError(f"cannot answer {where}: {error}") from None


def _value(node: ast.expr, facts: Mapping[str, Any]) -> Any:
    return NODES[type(node)](node, facts)


def _bool(node: Any, facts: Mapping[str, Any]) -> bool:
    every = all if isinstance(node.op, ast.And) else any
    return every(_value(part, facts) for part in node.values)


def _unary(node: Any, facts: Mapping[str, Any]) -> Any:
    value = _value(node.operand, facts)
    if isinstance(node.op, ast.Not):
        return not value
    if isinstance(node.op, ast.USub):
        return -value
    raise TypeError(f"{ast.unparse(node)} is neither `not` nor a minus")


def _compare(node: Any, facts: Mapping[str, Any]) -> bool:
    values = [_value(part, facts) for part in (node.left, *node.comparators)]
    for op, left, right in zip(node.ops, values, values[1:]):
        if type(op) not in COMPARISONS:
            raise TypeError("`is` compares objects; use ==")
        if not COMPARISONS[type(op)](left, right):
            return False
    return True


NODES: dict[type[ast.expr], Callable[[Any, Mapping[str, Any]], Any]] = {
    ast.BoolOp: _bool,
    ast.UnaryOp: _unary,
    ast.Compare: _compare,
    ast.Name: lambda node, facts: facts[node.id],
    ast.Constant: lambda node, facts: node.value,
    ast.List: lambda node, facts: [_value(part, facts) for part in node.elts],
    ast.Tuple: lambda node, facts: [_value(part, facts) for part in node.elts],
}
"""What a query is made of, and what each part's value is."""
