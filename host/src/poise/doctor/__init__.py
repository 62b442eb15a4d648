"""The checks of `poise doctor`: this computer, its data and its clip, each with its cure; and the bug report."""
