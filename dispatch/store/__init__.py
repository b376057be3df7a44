"""The store: one set of tables, two dialects."""
