"""main.py of a twin that draws its heap when the bench asks for a picture: the file `want` holds its name."""

import gc

gc.threshold(4096)

import os  # noqa: E402

_HERE = os.getcwd()


async def _watch(sleep_ms, clip):
    from picture import draw

    while True:
        await sleep_ms(100)
        try:
            with open("%s/want" % _HERE) as file:
                name = file.read()
            os.remove("%s/want" % _HERE)
        except OSError:
            continue
        draw(_HERE, name, clip)


def main():
    """Run the firmware with the pictures' writer beside it."""
    from begin import run

    run(_watch)


main()
