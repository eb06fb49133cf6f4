"""Masking what belongs to a person in texts that leave the application's hands: logs, error reports.

The code does not log personal data; this is for what others put into their error messages (an SMTP server
repeats the address it refuses, a database the value that was there twice).
"""

import re

MASK = "***"
_PERSONAL = re.compile(
    r"[\w.+-]{1,64}@[\w-]+(?:\.[\w-]+)*"  # an e-mail address
    r"|\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b"  # an IBAN
    r"|(?<![\w-])[\w-]{43}(?![\w-])"  # a token of 32 random bytes
)


def mask(text: str) -> str:
    """The text with e-mail addresses, IBANs and tokens replaced by `***`."""
    return _PERSONAL.sub(MASK, text)
