"""Identifiers and literals for DuckDB SQL."""


def name(text: str) -> str:
    """An identifier, quoted."""
    return '"' + text.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def number(value: float) -> str:
    """A numeric literal of type DOUBLE, without loss of precision."""
    return f"CAST({text(repr(float(value)))} AS DOUBLE)"


def strings(values: object) -> str:
    """A list of string literals in parentheses, for `IN`."""
    assert isinstance(values, list | tuple)
    return "(" + ", ".join(text(str(each)) for each in values) + ")"
