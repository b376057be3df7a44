"""OGC API: collections of features as GIS programs read them."""
