"""The functions of ARM template expressions, by argument type; `table` has all of them by name."""
