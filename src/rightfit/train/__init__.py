"""Training: step → epoch → program → loop, and what stops it."""
