"""The schema of each command's result, in a file that is named after the command: `cloud.ls.json`."""
