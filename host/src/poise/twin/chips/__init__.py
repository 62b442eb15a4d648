"""The chips of the virtual board, at their registers."""
