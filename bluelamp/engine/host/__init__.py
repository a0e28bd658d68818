"""The Python language host of an engine built from source.

The official Pulumi release has its own. It is a gRPC server that the engine starts
as `pulumi-language-python`; it runs programs with the engine module's own `pulumi-language-python-exec`, and policy
packs and component packages with `python -m`.
"""
