"""Breaking a rule breaks a case: every comparison, condition and constant of the rules is mutated once."""

import ast
import copy
import importlib
from pathlib import Path

import pytest

from bluelamp.policies import Rule, judge, rules

MODULES = sorted({rule.module for rule in rules()})
_OPPOSITES = {
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
}


def _mutations(tree: ast.Module):
    """Each mutation of `tree`, as (line, description, function that applies it and returns one that reverts it)."""
    inside = [node for function in tree.body if isinstance(function, ast.FunctionDef) for node in _logic(function)]
    for node in inside:
        if isinstance(node, ast.Compare):
            for index, operator in enumerate(node.ops):
                yield node, "comparison", _swap(node.ops, index, _OPPOSITES[type(operator)]())
        elif isinstance(node, ast.BoolOp):
            yield node, "and/or", _set(node, "op", ast.Or() if isinstance(node.op, ast.And) else ast.And())
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
            yield node, "not", _set(node, "op", _Truth())
        elif isinstance(node, ast.Constant) and isinstance(node.value, bool):
            yield node, "constant", _set(node, "value", not node.value)
        elif isinstance(node, ast.If | ast.IfExp):
            yield node, "condition is always met", _set(node, "test", ast.copy_location(ast.Constant(1), node.test))
            yield node, "condition is never met", _set(node, "test", ast.copy_location(ast.Constant(0), node.test))


class _Truth(ast.Not):
    """Replaces an operator that is removed; see `_compiled`."""


class _Dropped(ast.NodeTransformer):
    def visit_UnaryOp(self, node):
        self.generic_visit(node)
        if isinstance(node.op, _Truth):
            return ast.copy_location(ast.UnaryOp(ast.Not(), ast.UnaryOp(ast.Not(), node.operand)), node)
        return node


def _logic(function: ast.FunctionDef):
    """The nodes of the body without the messages: the arguments of `Fail` after the first are for people."""
    waiting = list(function.body)
    while waiting:
        node = waiting.pop()
        yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"Fail", "lacks"}:
            waiting += node.args[:1]
        else:
            waiting += ast.iter_child_nodes(node)


def _swap(items, index, new):
    def change():
        old, items[index] = items[index], new
        return lambda: items.__setitem__(index, old)

    return change


def _set(node, name, new):
    def change():
        old = getattr(node, name)
        setattr(node, name, new)
        return lambda: setattr(node, name, old)

    return change


def _survives(tree: ast.Module, module) -> bool:
    """Whether every case still passes with the mutated module."""
    broken = ast.fix_missing_locations(_Dropped().visit(copy.deepcopy(tree)))
    names = {"__name__": module.__name__, "__file__": module.__file__}
    exec(compile(broken, module.__file__, "exec"), names)
    for rule in [value for value in names.values() if isinstance(value, Rule) and value.module == module.__name__]:
        for case in rule.cases:
            judged = rule.using(**case.parameters) if case.parameters else rule
            found = [each for each in judge(case.resources, [judged]) if each.urn == case.resources[0].urn]
            if [each.verdict for each in found] != [case.verdict] or case.path not in (None, found[0].path):
                return False
    return True


@pytest.mark.parametrize("name", MODULES)
def test_no_mutated_rule_passes_its_cases(name):
    module = importlib.import_module(name)
    tree = ast.parse(Path(module.__file__).read_text(encoding="utf-8"))
    lines = Path(module.__file__).read_text(encoding="utf-8").splitlines()
    survivors = []
    for node, what, change in list(_mutations(tree)):
        mend = change()
        try:
            if _survives(tree, module):
                survivors.append(f"{node.lineno}: {what}: {lines[node.lineno - 1].strip()}")
        finally:
            mend()
    assert not survivors, "\n".join(survivors)
