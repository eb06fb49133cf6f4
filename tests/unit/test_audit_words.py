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
    }
    assert details_in_french(details) == [
        ("avant", "Bénévole"),
        ("après", "Articles gelés"),
        ("étiquettes", "faites"),
        ("refusés", "0101000184"),
        ("compté", "espèces 12,50\xa0€, carte 0,00\xa0€"),
        ("net", "1\u202f525,60\xa0€"),
        ("mode de paiement", "chèque"),
        ("recalculés", "12 100, 250"),
    ]
