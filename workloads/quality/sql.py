"""Names and values as DuckDB SQL reads them."""


def name(text: str) -> str:
    """An identifier, quoted."""
    return '"' + text.replace('"', '""') + '"'


def text(value: str) -> str:
    """A string literal."""
    return "'" + value.replace("'", "''") + "'"


def number(value: float) -> str:
    """A numeric literal of type DOUBLE, as exact as Python's."""
    return f"CAST({text(repr(float(value)))} AS DOUBLE)"


def strings(values: object) -> str:
    """A list of string literals in parentheses, for `IN`."""
    assert isinstance(values, list | tuple)
    return "(" + ", ".join(text(str(each)) for each in values) + ")"
