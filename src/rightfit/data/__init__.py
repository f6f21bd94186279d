"""People's tables in, arrays out: read, recognise, encode, split."""
