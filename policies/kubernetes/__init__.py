"""Rules for Kubernetes objects: a folder for each topic."""
