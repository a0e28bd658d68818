"""Work on forces on several machines: Dask distributes it, and a worker does with a force what this machine would.

with workers(screen, "tcp://scheduler:8786", root, rehearse=False) as there:
    check = there.perform(CheckJob("essex"))
"""
