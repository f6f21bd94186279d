"""The figures of the report: Matplotlib's SVG, coloured by the page's own style."""
