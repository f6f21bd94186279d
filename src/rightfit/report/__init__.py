"""The report: what a person looks at after training, from a fitted model."""
