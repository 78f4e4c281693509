"""The mathematical alphabets of Unicode (U+1D400…): MathML Core has no other way to write bold or script letters."""

import unicodedata

NAMES = {
    "bold": "BOLD",
    "italic": "ITALIC",
    "bold-italic": "BOLD ITALIC",
    "script": "SCRIPT",
    "bold-script": "BOLD SCRIPT",
    "fraktur": "FRAKTUR",
    "bold-fraktur": "BOLD FRAKTUR",
    "double-struck": "DOUBLE-STRUCK",
    "sans-serif": "SANS-SERIF",
    "bold-sans-serif": "SANS-SERIF BOLD",
    "sans-serif-italic": "SANS-SERIF ITALIC",
    "sans-serif-bold-italic": "SANS-SERIF BOLD ITALIC",
    "monospace": "MONOSPACE",
}
OLDER = {
    "SCRIPT": ("SCRIPT", "BEFHILMRego"),
    "FRAKTUR": ("BLACK-LETTER", "CHIRZ"),
    "DOUBLE-STRUCK": ("DOUBLE-STRUCK", "CHNPQRZ"),
}
"""Letters that had a place before the mathematical alphabets came, and what they are called there."""
KINDS = (("LATIN CAPITAL LETTER ", "CAPITAL "), ("LATIN SMALL LETTER ", "SMALL "), ("DIGIT ", "DIGIT "))
GREEK = (("GREEK CAPITAL LETTER ", "CAPITAL "), ("GREEK SMALL LETTER ", "SMALL "))


def in_alphabet(text: str, variant: str | None) -> str:
    """The text in the alphabet that a `mathvariant` names; letters that it does not have stay."""
    alphabet = NAMES.get(variant or "")
    return "".join(_letter(sign, alphabet) for sign in text) if alphabet else text


def _letter(sign: str, alphabet: str) -> str:
    name = unicodedata.name(sign, "")
    for plain, styled in KINDS + GREEK:
        if name.startswith(plain):
            wanted = f"{styled}{name.removeprefix(plain)}"
            old_name, old = OLDER.get(alphabet, ("", ""))
            return _named(f"{old_name} {wanted}" if sign in old else f"MATHEMATICAL {alphabet} {wanted}") or sign
    return sign


def _named(name: str) -> str | None:
    try:
        return unicodedata.lookup(name)
    except KeyError:
        return None
