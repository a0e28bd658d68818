"""Completion of the command in bash, zsh and fish.

A shell asks `bluelamp __complete` at every press of the tab key, so `answer` imports the standard library only. What
it knows is in an index that `index` writes into the cache folder and keeps up to date.
"""
