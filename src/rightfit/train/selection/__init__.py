"""Choosing among trained members by what they predict for rows they were not trained on."""
