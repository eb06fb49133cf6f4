"""Words offered while one types. Only to type less: anything else is accepted too."""

SIZES = (
    "Naissance", "1 mois", "3 mois", "6 mois", "9 mois", "12 mois", "18 mois", "24 mois", "36 mois",
    *(f"{age} ans" for age in (3, 4, 5, 6, 8, 10, 12, 14, 16)),
    "XS", "S", "M", "L", "XL", "XXL",
    *(str(size) for size in range(18, 49)),
)  # fmt: skip
COLOURS = (
    "beige", "blanc", "bleu", "bleu ciel", "bleu marine", "bordeaux", "camel", "écru", "gris", "jaune",
    "kaki", "lilas", "marron", "multicolore", "noir", "orange", "rayé", "rose", "rouge", "turquoise", "vert",
    "violet",
)  # fmt: skip
