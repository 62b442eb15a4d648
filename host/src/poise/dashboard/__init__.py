"""The patient's dashboard: pages for this computer only, opened with a secret token.

One module per page, in `pages/`.
"""
