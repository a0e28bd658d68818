"""The schema of each command's result, in a file named after the command: `cloud.ls.json`."""
