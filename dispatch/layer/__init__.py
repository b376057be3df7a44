"""Layers that GIS staff hand in: what their columns mean, and what is wrong with them."""
