"""Random texts as people write them, and worse: Dutch, emoji, Chinese and Japanese, links beside letters and punctuation."""

from random import Random

DUTCH = [
    "Vandaag", "nieuwe", "openingstijden", "bij", "de", "bakker", "één", "café", "reünie", "’s", "zei", "“ja”",
    "prijs", "€5,50", "50%", "korting", "–", "wow…", "ĳs",
]  # fmt: skip
WIDE = [
    "東京", "新宿", "こんにちは", "ありがとう。", "中文", "안녕하세요", "、", "！", "ｶﾀｶﾅ", "字", "﹏",
    "พร\u0e38\u0e48งนี\u0e49", "привет", "мир", "שלום", "مرحبا",
]  # fmt: skip
EMOJI = [
    "🙂", "👍🏽", "👨\u200d👩\u200d👧\u200d👦", "👩🏿\u200d🚒", "🏳\ufe0f\u200d🌈", "🏴\u200d☠\ufe0f", "🇳🇱", "🇳",
    "1\ufe0f⃣", "#⃣", "❤\ufe0f", "❤", "☺︎", "©", "®\ufe0f", "™", "🕵🏻\u200d♀\ufe0f", "🧑\u200d🤝\u200d🧑",
    "❤\ufe0f\u200d🔥", "🫠", "👩\u200d🐶", "🏴\U000e0067\U000e0062\U000e0073\U000e0063\U000e0074\U000e007f", "\ufe0f",
    "\u200d", "🏽", "⛹🏾\u200d♂\ufe0f",
]  # fmt: skip
HOSTS = [
    "example.com", "nu.nl", "www.bakker-jansen.nl", "a_b.example.org", "a.b_c.com", "müller.de", "日本.jp",
    "xn--bcher-kva.com", "xn--é.com", "例え.テスト", "пример.рф", "EXAMPLE.CO.UK", "no-tld.notatld", "t.co",
    "1.2.3.4", "test.vermögensberatung", "a.москва", "A.МОСКВА", "コム.コム", "example.comあ", "字字.com", "ſ.ſe",
    "x.Kim", "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com",
    "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.com",
    "字字字字字字字字字字字字字字字字字字字字.com",
    "字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字字.com",
    "a..b.com", "-.nl", "a-.nl", "-a.nl", "a。b.com", "é.nl", "e\u0301.nl", "😀.com", "localhost", "nl", "x.nl.",
    "foo.co", "foo.com.notatld",
]  # fmt: skip
PATHS = [
    "", "/", "/a", "/a/b.html", "/a?b=c&d=e#f", "/wiki/Foo_(bar)", "/(a(b)c)", "/((a)", "/a.", "/a,", "/a!", "/a-",
    "/é", "/дом", "/字", "/@vera/", "/@vera", "/a_b~c|d", "?q=1", "?q=1.", "/?", "/a?", "#x", ":8080", ":8080/x",
    ":x", "/%20", "/a–b", "/[a]", "/'a'", '/"a"', "/ⱥ", "/Ι", "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
    "/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "/AbC12?x=1", "/a;b=c", "/*", "//", "/a//b", "/...", "/a(", "/a)b",
    "/$", "\\",
]  # fmt: skip
PROTOCOLS = [
    "", "", "https://", "http://", "HTTPS://", "ftp://", "https:/", "://", "//", "mailto:",
]  # fmt: skip
AROUND = [
    "", " ", "\u000a", "a", "Z", "5", "é", "字", ".", ",", "!", "?", "(", ")", "[", "]", "“", "”", "'", '"', "-", "_",
    "/", "@", "＠", "#", "＃", "$", "&", ":", ";", "~", "|", "…", "\u200e", "\u202a", "\u2066", "\u200b", "\u00a0",
    "\u3000", "\u0009", "\ufeff", "\uffff", "😀", "。", "\u061c", "`", "^", "{", "=",
]  # fmt: skip
STRAY = [chr(one) for one in (0, 0x85, 0x10FF, 0x1100, 0x2000, 0x200C, 0x200F, 0x2010, 0x2032, 0x2038, 0x212A, 0x1E9E)]
STRAY += ["\ufe0e", "\ue50a", "\U0001f1e6"]


def some(seed: int, number: int) -> list[str]:
    """The same for the same seed."""
    chance = Random(seed)
    return [_one(chance) for _ in range(number)]


def _one(chance: Random) -> str:
    kinds = [_dutch, _dutch, _wide, _emoji, _link, _link, _link, _mixed]
    return "".join(chance.choice(kinds)(chance) for _ in range(chance.randrange(0, chance.choice([4, 12, 40]))))


def _dutch(chance: Random) -> str:
    return chance.choice(DUTCH) + chance.choice([" ", " ", ", ", ". ", ""])


def _wide(chance: Random) -> str:
    return "".join(chance.choices(WIDE, k=chance.randrange(1, 4)))


def _emoji(chance: Random) -> str:
    return "".join(chance.choices(EMOJI, k=chance.randrange(1, 4)))


def _link(chance: Random) -> str:
    link = chance.choice(PROTOCOLS) + chance.choice(HOSTS) + chance.choice(PATHS) + chance.choice(["", *PATHS])
    return chance.choice(AROUND) + link + chance.choice(AROUND)


def _mixed(chance: Random) -> str:
    return "".join(
        chance.choices([*AROUND, *STRAY, *EMOJI, "@vera", "@vera@mastodon.social", "#één", "a", "Z", "0"], k=3)
    )
