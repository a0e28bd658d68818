"""A force's settings: the typed model, the files that they are read from, and the defaults that fill them."""
