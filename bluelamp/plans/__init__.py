"""A cache of plans and verdicts, keyed by a hash of all their inputs.

    plans = Plans(root)
    check = plans.check("essex", variant)      # None if it has to be planned

`inputs` has the inputs of a plan, `reads` records further reads of a program, `store` has the files, `packing` their
format, and `cache` combines them. Importing this, and reusing a plan, loads no Pulumi SDK.
"""

from bluelamp.plans.cache import Plans

__all__ = ["Plans"]
