"""Makes the pictures of the documentation: `make pictures`, or some of them by name.

python -m tools.pictures [NAME ...]
"""
