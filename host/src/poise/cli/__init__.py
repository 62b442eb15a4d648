def main() -> None:
    """Console entry."""
