"""Rules for data and spend: location, access, the asset register, cost and the roadmap."""
