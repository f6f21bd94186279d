"""The fitted thing: what it takes to predict, and how it is saved and loaded."""
