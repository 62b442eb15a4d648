"""The demo on the twin: a story that runs the whole chain and then compares the log of every witness."""
