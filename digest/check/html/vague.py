"""Link texts that say nothing by themselves, in the languages digest has words for."""

from __future__ import annotations

VAGUE = frozenset(
    line.strip()
    for line in """
    here
    click
    click here
    click this
    tap here
    click for more
    press here
    right here
    over here
    this
    this link
    this page
    this article
    this one
    link
    the link
    links
    url
    web
    website
    page
    article
    more
    read
    read more
    read it
    read this
    read on
    read here
    read more here
    read full story
    read the full story
    read the full article
    read article
    read the article
    read the rest
    full story
    full article
    learn more
    find out more
    see more
    show more
    view more
    view
    see
    see here
    go
    go here
    open
    more info
    more information
    more details
    details
    info
    continue
    continue reading
    keep reading
    start
    next
    follow this link
    hier
    hier klicken
    klick hier
    klicke hier
    klicken sie hier
    bitte hier klicken
    bitte klicken
    klick
    link hier
    dieser link
    zum link
    mehr
    mehr lesen
    mehr erfahren
    mehr dazu
    mehr hier
    mehr infos
    mehr informationen
    lesen
    lesen sie mehr
    weiter
    weiterlesen
    weiter lesen
    weiterlesen hier
    zum artikel
    zum beitrag
    artikel lesen
    jetzt lesen
    infos
    ansehen
    ici
    cliquez ici
    cliquer ici
    clique ici
    cliquez
    par ici
    lien
    ce lien
    le lien
    plus
    en savoir plus
    savoir plus
    lire
    lire plus
    lire la suite
    lire l'article
    lire l’article
    la suite
    suite
    voir plus
    voir
    plus d'infos
    plus d’infos
    plus d'informations
    plus d’informations
    détails
    aquí
    aqui
    acá
    haz clic aquí
    haga clic aquí
    haz click aquí
    clic aquí
    click aquí
    pulse aquí
    pincha aquí
    enlace
    este enlace
    más
    mas
    leer
    leer más
    lee más
    ver más
    ver
    saber más
    más información
    más info
    seguir leyendo
    sigue leyendo
    continuar leyendo
    detalles
    """.strip().splitlines()
)


def is_vague(said: str) -> bool:
    """Whether a link text says nothing when it is read out alone."""
    return " ".join(said.casefold().split()) in VAGUE
