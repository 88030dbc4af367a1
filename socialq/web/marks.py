"""How a client or member is marked: two letters and one of eight colours. The colours themselves stand in static/css/tokens.css."""

import re

COLOURS = ("#96560F", "#2B67B1", "#3F7A34", "#5B4B8A", "#AD3F74", "#A04A2C", "#646412", "#3B444F")
SMALL = {"de", "het", "van", "der", "den", "en", "the", "and", "of", "&"}


def letters(name: str) -> str:
    """ "Rijschool Vooruit" → "RV", "Van Dam & Ruiter" → "VR", "Noor" → "NO"; what stands in brackets does not count."""
    words = re.findall(r"\w[\w'’.-]*", re.sub(r"\(.*?\)", " ", name)) or re.findall(r"\w+", name)
    if not words:
        return "–"
    if len(words) == 1:
        return str(words[0])[:2].upper()
    last = next((word for word in reversed(words[1:]) if word.lower() not in SMALL), words[-1])
    return f"{words[0][0]}{last[0]}".upper()


def colour(hex_code: str, client_id: int) -> int:
    """1–8 for the class `client-<n>`; a colour that is none of the eight gives way to one by the client's number."""
    known = hex_code.upper()
    return COLOURS.index(known) + 1 if known in COLOURS else (client_id - 1) % len(COLOURS) + 1
