"""Details of the audit log as a person reads them."""

from blueprints.operations.audit_words import details_in_french


def test_details_of_every_shape_are_told() -> None:
    details = {
        "before": "volunteer",
        "after": "frozen",
        "labels": "generated",
        "refused": ["0101000184"],
        "counted": {"cash": 1250, "card": 0},
        "net_cents": 152560,
        "method": "cheque",
        "changed": {"12": [100, 250]},
        "late": None,
        "until": "2026-11-26T21:15:59.906695+00:00",
        "paid_at": "2026-11-26 21:15:59.906695+00:00",
        "payouts": [13, 14],
        "reason": "2026-11-21 10:00 erreur de caisse",
    }
    assert details_in_french(details) == [
        ("avant", "Bénévole"),
        ("après", "Articles gelés"),
        ("étiquettes", "faites"),
        ("refusés", "0101000184"),
        ("compté", "espèces 12,50\xa0€, carte 0,00\xa0€"),
        ("net", "1\u202f525,60\xa0€"),
        ("mode de paiement", "chèque"),
        ("recalculés", "1,00\xa0€ → 2,50\xa0€"),
        ("jusqu’à", "26/11/2026 22:15"),
        ("payé le", "26/11/2026 22:15"),
        ("reversements", "2"),
        ("motif", "2026-11-21 10:00 erreur de caisse"),
    ]
