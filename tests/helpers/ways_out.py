"""Reads the hub's own source for ways on which a text could leave: what only gate, outbox and its worker may do."""

import ast
import re
from collections.abc import Iterator, Mapping

QUEUES = ("queue_text", "enqueue", "release_text", "hold_text")
_INSERTS = ("insert", "insert_row", "insert_or_nothing", "upsert", "CombinedInsert")
_CHANGES = ("update", "change_row")
_RAW = re.compile(r"\b(insert\s+into|update|merge\s+into|replace\s+into)\s+\"?(outbox|message)\b", re.IGNORECASE)


def ways_out(sources: Mapping[str, str]) -> dict[str, set[str]]:
    """Which files do what.

    `inserts`, `moves`: into and within the outbox; `makes texts`, `submits`: for a gateway; `rewrites`: a stored text.
    Names that were imported under another name are known by their own; a table is known as a name or an attribute.
    """
    found: dict[str, set[str]] = {}
    for file, source in sources.items():
        for act in set(_acts(ast.parse(source))):
            found.setdefault(act, set()).add(file)
    return found


def _acts(tree: ast.Module) -> Iterator[str]:
    own = _imported(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and {alias.name for alias in node.names} & set(QUEUES):
            yield "queues"
        elif isinstance(node, ast.Name | ast.Attribute) and _name(node, own) == "_GATE":
            yield "knows the token"
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and _RAW.search(node.value):
            yield "inserts"
        elif isinstance(node, ast.Call):
            yield from _done_by(node, own)


def _done_by(call: ast.Call, own: Mapping[str, str]) -> Iterator[str]:
    name = _name(call.func, own)
    given = [*call.args, *(keyword.value for keyword in call.keywords)]
    if isinstance(call.func, ast.Attribute) and name in (*_INSERTS, *_CHANGES):
        given.append(call.func.value)
    if name in QUEUES:
        yield "queues"
    elif name == "Cleared":
        yield "clears"
    elif name == "OutboundSms":
        yield "makes texts"
    elif name == "submit":
        yield "submits"
    elif name in _INSERTS and any(_names_table("outbox", one, own) for one in given):
        yield "inserts"
    elif name in _CHANGES and any(_names_table("outbox", one, own) for one in given):
        yield "moves"
    elif _rewrites(name, call, own):
        yield "rewrites"


def _rewrites(name: str, call: ast.Call, own: Mapping[str, str]) -> bool:
    if name == "change_row":
        keys = [
            key.value
            for one in call.args
            if isinstance(one, ast.Dict)
            for key in one.keys
            if isinstance(key, ast.Constant)
        ]
        return "text" in keys and any(_names_table("message", one, own) for one in call.args)
    changes = [one for one in ast.walk(call.func) if isinstance(one, ast.Call) and _name(one.func, own) == "update"]
    return name == "values" and bool(changes) and any(keyword.arg == "text" for keyword in call.keywords)


def _imported(tree: ast.Module) -> dict[str, str]:
    """What names of this file were called where they come from."""
    imports = (node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom))
    return {alias.asname or alias.name: alias.name for node in imports for alias in node.names}


def _name(node: ast.expr, own: Mapping[str, str]) -> str:
    if isinstance(node, ast.Attribute):
        return node.attr
    return own.get(node.id, node.id) if isinstance(node, ast.Name) else ""


def _names_table(table: str, given: ast.expr, own: Mapping[str, str]) -> bool:
    """Not `outbox.c.due_at`, which names a column."""
    return isinstance(given, ast.Name | ast.Attribute) and _name(given, own) == table
