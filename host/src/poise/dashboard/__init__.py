"""The patient's dashboard: pages on this computer alone, for who has its token. One room a page, in `pages/`."""
