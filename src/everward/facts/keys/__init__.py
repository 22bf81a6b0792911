"""What hangs on which key: keys, secrets and certificates, who uses them, and what stops without them."""
