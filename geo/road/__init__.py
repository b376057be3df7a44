"""Roads: networks, snapping, travel times."""
