"""Makes the documentation's site and checks it: `python -m tools.website` builds it in build/site."""
