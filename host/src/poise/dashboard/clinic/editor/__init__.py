"""The plan editor: one draft, its form part by part, and the signature that puts it in force."""
