"""`python -m poise` is `poise`."""

from .cli import main

if __name__ == "__main__":
    main()
