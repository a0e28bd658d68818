"""Running forces on the workers of a real Dask scheduler."""
