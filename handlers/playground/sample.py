"""A small company to try the app in: twelve people, three levels of managers, and the odd ones out."""

from dataclasses import replace

from handlers.playground.company import Company, Group, Person, Room

ADA, ABE, GRETA, MO = "U0ADALOVEL", "U0ABEKUMAR", "U0GRETALIN", "U0MOHASSAN"
BEN, CY, DINA, RUTH = "U0BENOKAFR", "U0CYMARTIN", "U0DINAPETR", "W0RUTHWEIS"
FAY, HUGO, OMAR, EVE = "U0FAYNAKAM", "U0HUGOSILV", "U0OMARDIAZ", "U0EVECARTR"
GUS, LEA, XENIA, LUNCH = "U0GUSGUEST", "U0LEALEFT1", "U0XENIAEXT", "U0LUNCHBOT"
APP = "U0GOODWRD1"

_NEW_YORK, _TOKYO, _LONDON = "America/New_York", "Asia/Tokyo", "Europe/London"

PEOPLE = (
    Person(ADA, "ada", "Ada Lovell", "Ada", "Account Manager", "Sales", MO, _NEW_YORK, "b5476a", "🦊"),
    Person(ABE, "abe", "Abe Kumar", "Abe", "Account Manager", "Sales", MO, _NEW_YORK, "c06a2d", "🐻"),
    Person(GRETA, "greta", "Greta Lind", "Greta", "Sales Engineer", "Sales", MO, _LONDON, "8a6d1f", "🦉"),
    Person(MO, "mo", "Mo Hassan", "Mo", "Sales Manager", "Sales", OMAR, _NEW_YORK, "9c4a2f", "🦁"),
    Person(BEN, "ben", "Ben Okafor", "Ben", "Support Engineer", "Support", RUTH, _LONDON, "2f7d6b", "🐢"),
    Person(CY, "cy", "Cy Martin", "Cy", "Support Engineer", "Support", RUTH, _LONDON, "31708f", "🐬"),
    Person(
        DINA, "dina", "Dina Petrova", "Dina", "Support Specialist", "Support", RUTH, _LONDON, "4d6fb3", "🐧"
    ),
    Person(RUTH, "ruth", "Ruth Weiss", "Ruth", "Head of Support", "Support", OMAR, _LONDON, "3b5b92", "🐘"),
    Person(FAY, "fay", "Fay Nakamura", "Fay", "Invoicing", "Back Office", HUGO, _TOKYO, "7a4f9a", "🐱"),
    Person(
        HUGO, "hugo", "Hugo Silva", "Hugo", "Back Office Manager", "Back Office", OMAR, _TOKYO, "5f4b8b", "🐨"
    ),
    Person(
        OMAR,
        "omar",
        "Omar Diaz",
        "Omar",
        "Chief Operating Officer",
        "Executive",
        EVE,
        _LONDON,
        "5a5a5a",
        "🦅",
    ),
    Person(
        EVE,
        "eve",
        "Eve Carter",
        "Eve",
        "Chief Executive",
        "Executive",
        None,
        _LONDON,
        "333f48",
        "🐝",
        is_admin=True,
        is_owner=True,
    ),
)

OTHERS = (
    Person(GUS, "gus", "Gus Perez", "Gus", "Contractor", colour="777777", emoji="🎒", is_guest=True),
    Person(LEA, "lea", "Lea Brandt", "Lea", "Support Engineer", "Support", RUTH, deleted=True),
    Person(XENIA, "xenia", "Xenia Roth", "Xenia", "Buyer", colour="996633", emoji="🏢", team="T0ACMECORP"),
    Person(LUNCH, "lunchbot", "Lunchbot", "Lunchbot", colour="448844", emoji="🥪", is_bot=True),
    Person(APP, "goodword", "Goodword", "Goodword", colour="6b4e9b", emoji="💬", is_bot=True),
)

_EVERYBODY = tuple(person.id for person in PEOPLE)
_SALES, _SUPPORT = (ADA, ABE, GRETA, MO, OMAR), (BEN, CY, DINA, RUTH, OMAR)

CHANNELS = (
    Room("C0GENERAL1", "general", (*_EVERYBODY, LUNCH, APP), topic="Everybody, about everything"),
    Room("C0KUDOS001", "kudos", (*_EVERYBODY, APP), topic="Good words, said aloud"),
    Room("C0SALES001", "sales", (*_SALES, APP), topic="Quotes, customers, promises"),
    Room("C0SUPPORT1", "support", (*_SUPPORT, GUS), topic="Who is on call, and what is on fire"),
    Room("C0PEOPLEOP", "people-ops", (EVE, OMAR, RUTH), private=True),
    Room("C0ACMESHRD", "acme-shared", (ADA, MO, BEN, XENIA), shared=True, topic="With ACME"),
)


def _with_email(person: Person) -> Person:
    domain = "acme.example" if person.team else "kestrel.example"
    return person if person.is_bot else replace(person, email=f"{person.handle}@{domain}")


def sample_company() -> Company:
    people = tuple(_with_email(person) for person in (*PEOPLE, *OTHERS))
    support = Group("S0SUPPORTT", "support-team", "Support team", (BEN, CY, DINA))
    return Company(people=people, channels=CHANNELS, groups=(support,))
