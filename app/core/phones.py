"""Telephone numbers: kept in E.164, read and shown as in France."""

import phonenumbers


def display_phone(phone: str) -> str:
    """E.164 as read in France: `06 12 34 56 78`, other countries in international form."""
    if not phone.startswith("+"):  # never checked, as the oldest are
        return phone
    number = phonenumbers.parse(phone)
    french = number.country_code == 33
    form = phonenumbers.PhoneNumberFormat
    return phonenumbers.format_number(number, form.NATIONAL if french else form.INTERNATIONAL)


def read_phone(text: str) -> str | None:
    """E.164, empty when nothing was given, None when it cannot be a number.

    A leading zero eaten by a spreadsheet comes back (612345678). Only lengths are checked: ranges that are
    not allotted yet would be refused wrongly.
    """
    if not text:
        return ""
    try:
        number = phonenumbers.parse(text[:60], "FR")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_possible_number(number):
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
