"""Helpers that several tests share. No test imports from another test's file."""
