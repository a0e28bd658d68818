"""The functions of ARM template expressions, by what they work on; `table` finds one by its name."""
