"""What people write to each other, understood a little: praise, complaints, words to choose otherwise.

Everything here is computed on this machine from data that ships with it. A message is read, and forgotten.
"""

from bot.rules.language.reading import Reading, Span, may_concern, prepare, read

__all__ = ["Reading", "Span", "may_concern", "prepare", "read"]
