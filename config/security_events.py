"""What the security log keeps for five years (seed §5.2): who came in, who was refused, who may what."""

SECURITY_EVENTS = frozenset(
    {
        # people
        "auth.signed_in",
        "auth.failed",
        "account.locked",
        "account.created",
        "account.changed",
        "account.role_changed",
        "account.disabled",
        "account.enabled",
        "account.reset_requested",
        "account.link_sent",
        "account.password_changed",
        "invitation.accepted",
        # what was refused
        "access.refused",
        "access.csrf_refused",
        "access.limited",
        # devices of tills
        "till_device.registered",
        "till_device.revoked",
        "till_device.given_up",
        "sync.refused",
        # the logs themselves
        "audit.archived",
        "archive.read",
    }
)
