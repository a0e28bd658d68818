"""Plans and verdicts kept for reuse, under a hash of everything they are made from.

    plans = Plans(root)
    check = plans.check("essex", variant)      # None where it has to be planned

`inputs` is what a plan is made from, `reads` what a program reads besides, `store` the files, `packing` what is in
them, `cache` all of it together. Importing this, and reusing a plan, loads no Pulumi SDK.
"""

from bluelamp.plans.cache import Plans

__all__ = ["Plans"]
