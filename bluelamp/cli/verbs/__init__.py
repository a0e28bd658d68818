"""The verbs, a file each; every file has `add(app)`."""
