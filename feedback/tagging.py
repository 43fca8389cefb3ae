"""What comments are about, guessed from their words: the beginnings of words that speak of each of the 7 Ps, in
English, German, French and Spanish, folded (without accents, in lower case). A person's tags take the place of a guess.
"""

from __future__ import annotations

from feedback.choices import SevenP

BEGINNINGS: dict[str, str] = {
    SevenP.PRODUCT: (
        "product quality broke broken defect damaged material durable size colour color taste fits scratch "
        "produkt qualitat kaputt defekt produit qualite casse producto calidad roto"
    ),
    SevenP.PRICE: (
        "price pricey expensive cheap cost discount overcharged preis teuer billig prix cher precio caro barato"
    ),
    SevenP.PLACE: (
        "shop store branch parking website stock available opening online location laden filiale geschaft magasin "
        "boutique tienda"
    ),
    SevenP.PROMOTION: (
        "advert newsletter promotion voucher coupon campaign werbung gutschein publicite oferta promocion"
    ),
    SevenP.PEOPLE: (
        "staff friendly unfriendly rude polite helpful advice advisor adviser employee colleague competent "
        "personal freundlich unfreundlich beratung mitarbeiter personnel aimable conseil amable empleado"
    ),
    SevenP.PROCESS: (
        "wait waiting slow late delay deliver delivery queue refund invoice billing respond reply answered phone rang "
        "complaint warten lieferung spat rechnung attente livraison retard facture espera entrega tarde factura"
    ),
    SevenP.PHYSICAL: (
        "packaging package packed clean dirty room building atmosphere noisy verpackung sauber emballage propre "
        "embalaje limpio"
    ),
}


def tags_of(folded: str) -> str:
    """An SQL expression for the tags of a folded text: of a column of ours, never of typed words."""
    cases = ", ".join(
        rf"CASE WHEN {folded} ~ '\m({'|'.join(words.split())})' THEN '{tag}' END" for tag, words in BEGINNINGS.items()
    )
    return f"CASE WHEN {folded} = '' THEN '{{}}'::varchar[] ELSE array_remove(ARRAY[{cases}]::varchar[], NULL) END"
