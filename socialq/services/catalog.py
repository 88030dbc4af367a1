"""Reads locale/<language>/*.po, one file a room of the product, into one catalog. Formats nothing."""

from dataclasses import dataclass, field
from pathlib import Path

from babel.messages.catalog import Catalog as PoFile
from babel.messages.catalog import Message
from babel.messages.pofile import read_po

LOCALES = Path(__file__).parents[1] / "locale"

Key = tuple[str | None, str]  # (context, msgid)


@dataclass
class Catalog:
    """Translations by context and msgid. A fuzzy or empty one counts as missing."""

    language: str
    singles: dict[Key, str] = field(default_factory=dict)
    plurals: dict[str, tuple[str, ...]] = field(default_factory=dict)
    files: dict[Key, str] = field(default_factory=dict)  # where it stands
    contradictions: list[str] = field(default_factory=list)

    def text(self, msgid: str, context: str | None = None) -> str | None:
        """None when there is no translation."""
        return self.singles.get((context, msgid))

    def plural(self, one: str, n: int) -> str | None:
        """The form for `n`; None when there is none."""
        forms = self.plurals.get(one)
        return forms[0 if n == 1 else 1] if forms else None

    def add(self, message: Message, file: str) -> None:
        """The first file's word holds; a second that says something else is noted (a test then asks for a context)."""
        one = message.id if isinstance(message.id, str) else message.id[0]
        key, forms = (message.context, one), _forms(message)
        old = self.plurals.get(one) if message.pluralizable else (self.singles.get(key, ""),)
        if key in self.files and old != forms:
            self.contradictions.append(f"{one!r} is translated differently in {self.files[key]} and in {file}")
            return
        self.files[key] = file
        if message.pluralizable:
            self.plurals[one] = forms
        else:
            self.singles[key] = forms[0]


def load(language: str, folder: Path = LOCALES) -> Catalog:
    """All files of the language, merged."""
    merged = Catalog(language)
    for path in sorted((folder / language).glob("*.po")):
        for message in read(path):
            if message.id and all(_forms(message)) and not message.fuzzy:
                merged.add(message, path.name)
    return merged


def read(path: Path) -> PoFile:
    """One file. Raises babel's PoFileError when it is not a catalog."""
    with path.open("rb") as file:
        return read_po(file, abort_invalid=True)


def _forms(message: Message) -> tuple[str, ...]:
    string = message.string
    return (string or "",) if string is None or isinstance(string, str) else tuple(string)
