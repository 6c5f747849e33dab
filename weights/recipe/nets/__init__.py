"""The networks of the recipe."""
