"""Entry point of `python -m poise`, which does the same as the command `poise`."""

from .cli import main

if __name__ == "__main__":
    main()
