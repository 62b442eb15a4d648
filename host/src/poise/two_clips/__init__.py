"""Two clips on one wearer, head and collar: true neck flexion."""
