"""Planning zones: plans over unit grids, what they would do, and proposals that can be defended."""
