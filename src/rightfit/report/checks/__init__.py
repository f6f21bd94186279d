"""Coded checks: what may be wrong with a fit, each with the number that it rests on."""
