"""The playground: a local page that shows a network while it learns. Only here is HTTP known."""
