"""Rules for cost, the roadmap and retirements."""
