"""What the demo's three clients say: their practice through a year, and the posts around now. Only words, no rows."""

from dataclasses import dataclass

from socialq.planning.clients import NewClient


@dataclass(frozen=True)
class Words:
    """A post of the demo: after so many seconds, in the next slot ("slot") or as a draft (None)."""

    text: str
    when: float | str | None
    picture: str = ""  # what it shows; one is drawn


@dataclass(frozen=True)
class Trouble:
    """A post that went wrong so many seconds ago. `unsure`: nobody knows whether it is out, else it was refused."""

    text: str
    ago: float
    reason: str
    unsure: bool = False


@dataclass(frozen=True)
class Demo:
    """A client, what it said for a year (each sentence with each thing), what was said today, and what is to come."""

    new: NewClient
    sentences: tuple[str, ...]
    things: tuple[str, ...]
    today: tuple[tuple[str, float, float], ...]  # text, seconds ago, seconds late
    trouble: tuple[Trouble, ...]
    coming: tuple[Words, ...]


CLIENTS = {
    "vishandel": Demo(
        NewClient(
            "Vishandel Zeebries", approval_needed=False, slots=("tue 09:00", "thu 09:00", "sat 08:30"), colour="#2B67B1"
        ),
        (
            "Vanochtend aan de afslag gekocht: {0}. Vanaf negen uur aan de kraam.",
            "Zaterdag op de markt: {0}. Wie vroeg is, heeft de mooiste.",
            "Vraag van de week: hoe bak je {0}? Heet vuur, roomboter, twee minuten per kant.",
            "Van IJmuiden naar de toonbank in drie uur: {0}.",
            "Weekendtip van Henk: {0}, met een kneepje citroen en verder niks.",
            "Bestel voor vrijdag vijf uur {0}, dan ligt het zaterdag voor je klaar.",
            "Er is nog {0}. Op is op.",
        ),
        (
            "schol",
            "kabeljauw",
            "verse mosselen",
            "makreel",
            "zeebaars",
            "Hollandse garnalen",
            "tong",
            "wijting",
            "poon",
            "gerookte paling",
            "schelvis",
        ),
        (("De kraam staat weer op het plein. Kom langs voor een broodje haring.", 7200, 2),),
        (),
        (
            Words("De haring is binnen! Vanaf nu aan de kraam op het plein. 🐟", 20, "Een bord verse haring"),
            Words("Vers uit de pan: kibbeling, met onze eigen ravigotesaus.", 90),
            Words("Morgen op de markt in Zaandam. Tot dan! #zeebries", 4 * 3600),
            Words("Wist je dat? Makreel is op zijn best in de nazomer.", "slot"),
            Words("Idee: een recept voor vissoep.", None),
        ),
    ),
    "yogaruimte": Demo(
        NewClient("De Yogaruimte", approval_needed=True, slots=("mon 07:00", "wed 19:30"), colour="#5B4B8A"),
        (
            "Deze week in de les: {0}. Je hoeft niets te kunnen, alleen te komen.",
            "Vijf minuten voor jezelf: {0}. Zet je telefoon weg en begin bij de adem.",
            "Merel over {0}: “Het gaat niet om hoe ver je komt, maar om wat je onderweg merkt.”",
            "Nieuw op woensdagavond: {0}. Er zijn nog plekken, schrijf je in via de website.",
            "Wat doet {0} met je rug? Meer dan je denkt.",
        ),
        (
            "de zonnegroet",
            "yin yoga",
            "ademhalen in vier tellen",
            "de krijger",
            "een bodyscan",
            "de neerwaartse hond",
            "yoga nidra",
            "zitten en niets doen",
        ),
        (),
        (
            Trouble(
                "Woensdag om half acht is er een proefles. Neem een handdoek mee, matten liggen klaar.",
                2100,
                "it could not be read back: the server did not answer in time",
                unsure=True,
            ),
        ),
        (
            Words("Adem in, adem uit. Nieuwe lessen op woensdagavond – schrijf je in via de website.", "slot"),
            Words("Zondag is er stiltewandeling. Warme kleren mee!", 26 * 3600, "Een pad door het bos"),
        ),
    ),
    "canalcoffee": Demo(
        NewClient(
            "Canal Coffee", language="en", approval_needed=False, slots=("mon 10:00", "fri 15:00"), colour="#96560F"
        ),
        (
            "On the bar this week: {0}. Ask for a taste.",
            "Slow morning? {0}, a window seat and nowhere to be.",
            "Behind the counter: how Daan makes {0}. It takes patience and one good spoon.",
            "Regulars asked, we listened: {0} is back.",
            "Two minutes from the station: {0}, and a chair that is yours.",
            "Weekend special: {0}. Until it is gone.",
        ),
        (
            "a flat white with oat milk",
            "cold brew",
            "carrot cake",
            "a natural Ethiopian",
            "banana bread",
            "filter coffee from Colombia",
            "a cortado",
        ),
        (("Rainy day, warm room. We kept the window seat for you.", 3300, 240),),
        (
            Trouble(
                "Latte art class on Sunday: six places, one jug each.",
                5700,
                "The server refuses a picture: it is too large.",
            ),
        ),
        (
            Words("New on the bar: a natural Ethiopian, all strawberry and jasmine. ☕", 180),
            Words("We are looking for a weekend barista. Know somebody with steady hands?", 2 * 3600),
            Words("Friday means cinnamon buns. Be early.", "slot"),
        ),
    ),
}
