"""The SDK's modules without the work that only type checkers need.

Nearly half of the time to import a module of the SDK goes into types: annotations that are evaluated, a `TypedDict` for
each class of arguments, and overloads. Here annotations stay text, which the SDK evaluates for the resources that a
program makes; such a `TypedDict` has no fields, and there are no overloads. The code is kept beside Python's own, under
a name of its own.
"""

import __future__

import ast
import os
import sys
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from importlib.util import cache_from_source
from pathlib import Path
from types import CodeType
from typing import Any, Final

_KIND: Final = "bluelamp1"
"""Part of the name of the kept code: a change of what is left out needs another one."""


class TextAnnotations(SourceFileLoader):
    """Loads a module of the SDK with annotations that are evaluated when somebody reads them."""

    def get_code(self, fullname: str) -> CodeType | None:
        """The shorter code; Python's own where the shorter one is not kept and cannot be."""
        kept = Path(self._kept())
        folder = kept.parent if kept.parent.is_dir() else Path(self.path).parent
        if not kept.is_file() and (sys.dont_write_bytecode or not os.access(folder, os.W_OK)):
            return SourceFileLoader(self.name, self.path).get_code(fullname)
        return super().get_code(fullname)

    def source_to_code(self, data: Any, path: Any, *, _optimize: int = -1) -> CodeType:  # type: ignore[override]
        """The shorter code."""
        return shorter(data, path)

    def get_data(self, path: str) -> bytes:
        """The file's content; of the shorter code for Python's own."""
        return super().get_data(path if path == self.path else self._kept())

    def set_data(self, path: str, data: Any, *, _mode: int = 0o666) -> None:
        """Writes the shorter code."""
        super().set_data(self._kept(), data, _mode=_mode)

    def _kept(self) -> str:
        return cache_from_source(self.path, optimization=_KIND)


def shorter(source: bytes, path: str) -> CodeType:
    """The code of a module of the SDK without what only type checkers need."""
    tree = ast.parse(source, path)
    for node in _classes(tree.body):
        if any(isinstance(base, ast.Name) and base.id == "TypedDict" for base in node.bases):
            node.body = [ast.Pass(lineno=node.lineno, col_offset=0, end_lineno=node.lineno, end_col_offset=0)]
        else:
            node.body = [each for each in node.body if not _is_overload(each)]
    flags = __future__.annotations.compiler_flag
    code: CodeType = compile(tree, path, "exec", flags=flags, dont_inherit=True)
    return code


def _classes(body: list[ast.stmt]) -> Iterator[ast.ClassDef]:
    """The classes of a module, also those under a condition (`if not MYPY`)."""
    for node in body:
        if isinstance(node, ast.ClassDef):
            yield node
        elif isinstance(node, ast.If):
            yield from _classes([*node.body, *node.orelse])


def _is_overload(node: ast.stmt) -> bool:
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(each, ast.Name) and each.id == "overload" for each in node.decorator_list
    )
