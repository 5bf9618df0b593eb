"""What a call passes through: errors, retries, redirects, waking."""
