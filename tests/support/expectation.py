"""The expectations in the comments of feedparser's conformance cases, read and judged without running any of it."""

from __future__ import annotations

import ast
import datetime
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

_LINE: Final = re.compile(r"^[ \t]*(Header|Expect):[ \t]*(.*?)[ \t]*$", re.MULTILINE)
_COMPARING: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: lambda left, right: left == right,
    ast.NotEq: lambda left, right: left != right,
    ast.Is: lambda left, right: left is right,
    ast.In: lambda left, right: left in right,
    ast.NotIn: lambda left, right: left not in right,
}
_CALLABLE: Final[Mapping[str, Callable[..., Any]]] = {
    "len": len,
    "ord": ord,
    "isinstance": isinstance,
    "datetime.timedelta": datetime.timedelta,
}
_METHODS: Final = frozenset(["get", "has_key", "startswith"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Expectation:
    """What a case wants of the result of parsing it."""

    tree: ast.expr
    headers: Mapping[str, str]  # that the document is served with; names in lower case

    def holds(self, result: Mapping[str, Any]) -> bool:
        """Whether a result is as wanted; a key that is missing is not.

        Raises:
            NotImplementedError: the expectation is written in a way that is not known here.
        """
        try:
            return bool(_value(self.tree, result))
        except (LookupError, AttributeError, TypeError):
            return False

    def words(self) -> tuple[str, str] | None:
        """For "field == text", alone or after "not bozo and": the field as it is written, and the text."""
        tree = self.tree.values[-1] if isinstance(self.tree, ast.BoolOp) else self.tree
        if isinstance(tree, ast.Compare) and len(tree.ops) == 1 and isinstance(tree.ops[0], ast.Eq):
            right = _constant(tree.comparators[0])
            return (ast.unparse(tree.left), right) if isinstance(right, str) else None
        return None


def expectation(document: bytes) -> Expectation | None:
    """The expectation that a document begins with; None if there is none, or it cannot be read as Python."""
    comment = re.search(r"<!--(.*?)-->", document.replace(b"\0", b"").decode("utf-8", "replace"), re.DOTALL)
    told = _LINE.findall(comment[1]) if comment else []
    wanted = [text for name, text in told if name == "Expect"]
    if not wanted:
        return None
    pairs = (text.partition(":") for name, text in told if name == "Header")
    headers = {name.strip().lower(): value.strip() for name, _, value in pairs}
    return Expectation(tree=ast.parse(wanted[0], mode="eval").body, headers=headers)


def _value(node: ast.expr, names: Mapping[str, Any]) -> Any:
    read = _READING.get(type(node))
    if read is None:
        raise NotImplementedError(ast.unparse(node))
    return read(node, names)


def _either(node: ast.BoolOp, names: Mapping[str, Any]) -> bool:
    values = (_value(part, names) for part in node.values)
    return all(values) if isinstance(node.op, ast.And) else any(values)


def _turned(node: ast.UnaryOp, names: Mapping[str, Any]) -> Any:
    value = _value(node.operand, names)
    return not value if isinstance(node.op, ast.Not) else -value


def _compared(node: ast.Compare, names: Mapping[str, Any]) -> bool:
    values = [_value(part, names) for part in (node.left, *node.comparators)]
    pairs = zip(node.ops, values, values[1:], strict=False)
    return all(_COMPARING[type(how)](left, right) for how, left, right in pairs)


def _called(node: ast.Call, names: Mapping[str, Any]) -> Any:
    name = ast.unparse(node.func)
    arguments = [_value(argument, names) for argument in node.args]
    if name in _CALLABLE:
        return _CALLABLE[name](*arguments)
    if name == "locals":
        return names
    if isinstance(node.func, ast.Attribute) and node.func.attr in _METHODS:
        return getattr(_value(node.func.value, names), node.func.attr)(*arguments)
    raise NotImplementedError(name)


_READING: Final[Mapping[type[ast.expr], Callable[[Any, Mapping[str, Any]], Any]]] = {
    ast.Constant: lambda node, _names: node.value,
    ast.Name: lambda node, names: names[node.id],
    ast.Subscript: lambda node, names: _value(node.value, names)[_value(node.slice, names)],
    ast.Attribute: lambda node, names: getattr(_value(node.value, names), node.attr),
    ast.BoolOp: _either,
    ast.UnaryOp: _turned,
    ast.BinOp: lambda node, names: _value(node.left, names) + _value(node.right, names),
    ast.Compare: _compared,
    ast.Tuple: lambda node, names: tuple(_value(part, names) for part in node.elts),
    ast.List: lambda node, names: [_value(part, names) for part in node.elts],
    ast.Dict: lambda node, names: {
        _value(key, names): _value(value, names) for key, value in zip(node.keys, node.values, strict=True)
    },
    ast.Call: _called,
}
"""A kind of node → its value. There is only one operator between numbers and texts in the corpus, the plus."""


def _constant(node: ast.expr) -> Any:
    try:
        return _value(node, {})
    except (LookupError, TypeError, NotImplementedError):
        return None
