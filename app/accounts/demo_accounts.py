"""The people of the demonstration, one per role, offered on its sign-in page and nowhere else."""

from dataclasses import dataclass

from app.accounts.models import ROLE_LABELS, Role

DEMO_PASSWORD = "Bourse-2026!"  # noqa: S105 - shown on the demonstration's own screen


@dataclass(frozen=True)
class DemoAccount:
    role: Role
    email: str
    password: str = DEMO_PASSWORD

    @property
    def role_label(self) -> str:
        return ROLE_LABELS[self.role]


DEMO_ACCOUNTS = (
    DemoAccount(Role.ADMIN, "admin@demo.example.org"),
    DemoAccount(Role.MANAGER, "gestion@demo.example.org"),
    DemoAccount(Role.TREASURER, "tresorerie@demo.example.org"),
    DemoAccount(Role.VOLUNTEER, "benevole@demo.example.org"),
    DemoAccount(Role.DEPOSITOR, "deposant001@demo.example.org"),
)
