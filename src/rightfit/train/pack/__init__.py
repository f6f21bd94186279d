"""A pack: members laid out in blocks that take turns, each with its own early stopping."""
