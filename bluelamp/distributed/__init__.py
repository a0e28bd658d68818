"""Runs work on forces on several machines with Dask; a worker does the same work as this machine would.

with workers(screen, "tcp://scheduler:8786", root, rehearse=False) as cluster:
    check = cluster.run(CheckJob("essex"))
"""
