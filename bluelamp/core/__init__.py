"""What every part of Bluelamp may import; nothing in here imports any other part."""
