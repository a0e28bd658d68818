"""What a resource costs in a month: prices, use, hardware, and a pricing function for each type."""
