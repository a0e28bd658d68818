"""The reference pages, from the public objects of the code: a module for each kind of page."""
