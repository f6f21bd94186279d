"""Lessons: one small network, or a pack, on two inputs, trained while somebody watches."""
