"""From facts to words, at the moment of sending: what each message of the outbox looks like now."""
