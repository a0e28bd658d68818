"""Completion of the command in bash, zsh and fish.

A shell runs `bluelamp __complete` each time the tab key is pressed, so `answer` imports the standard library only. It
reads an index in the cache folder, which `index` writes and updates.
"""
