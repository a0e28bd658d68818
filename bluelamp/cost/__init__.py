"""The monthly cost of a force's estate and of changes to it."""
