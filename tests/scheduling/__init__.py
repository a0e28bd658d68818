"""Work on forces on the workers of a real Dask scheduler."""
