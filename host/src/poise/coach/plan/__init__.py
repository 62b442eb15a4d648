"""The therapist's plan: its fields, its checks, its days, and what it prescribes. Pure."""
