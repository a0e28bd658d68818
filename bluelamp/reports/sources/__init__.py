"""Where resources to be judged come from, besides plans and states."""
