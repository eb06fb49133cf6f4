"""The pictures of the guide and the README: who looks at what, on which screen, at which moment."""

from dataclasses import dataclass

from app.accounts.models import Role
from app.cli.screenshots import gestures as g
from app.cli.screenshots import walks as w
from app.cli.screenshots.camera import DESKTOP, PHONE, TABLET, TOUCH, Screen
from app.cli.screenshots.scenes import Scene


@dataclass(frozen=True)
class Picture:
    """One file `name.png` in each of its places (`guide`, `readme`)."""

    name: str
    role: Role | None
    gestures: g.Gestures
    screen: Screen = DESKTOP
    scene: Scene = Scene.SALE
    places: tuple[str, ...] = ("guide",)


BOTH = ("guide", "readme")
DECLARING, DEPOSITING = Scene.DECLARING, Scene.DEPOSITING
DEPOSITOR, VOLUNTEER, MANAGER = Role.DEPOSITOR, Role.VOLUNTEER, Role.MANAGER
TREASURER, ADMIN = Role.TREASURER, Role.ADMIN

# By scene, in the order of the scenes.
PICTURES = (
    Picture("connexion", None, g.visit("/sign-in")),
    Picture("deposant-ventes", DEPOSITOR, g.visit("/editions/{sale}/portal/sales"), PHONE),
    Picture("caisses", VOLUNTEER, g.visit("/till/")),
    Picture("caisse-ouverture", VOLUNTEER, g.open_training_till),
    Picture("caisse-vente", VOLUNTEER, g.scan_some, places=BOTH),
    Picture("caisse-rendu", VOLUNTEER, g.take_cash),
    Picture("clavier-1-article", VOLUNTEER, w.type_a_code),
    Picture("clavier-2-especes", VOLUNTEER, w.type_the_note),
    Picture("clavier-3-rendu", VOLUNTEER, w.press_enter),
    Picture("caisse-hors-connexion", VOLUNTEER, g.sell_offline),
    Picture("caisse-fermeture", VOLUNTEER, g.count_drawer),
    Picture("doigt-1-article", VOLUNTEER, w.touch_search, TOUCH),
    Picture("doigt-2-especes", VOLUNTEER, w.touch_a_note, TOUCH),
    Picture("doigt-3-rendu", VOLUNTEER, w.touch_confirm, TOUCH),
    Picture("camera-1-article", VOLUNTEER, w.show_the_label, PHONE),
    Picture("camera-2-carte", VOLUNTEER, w.touch_card, PHONE),
    Picture("camera-3-encaisse", VOLUNTEER, w.confirm_card, PHONE),
    Picture("depot", VOLUNTEER, g.visit("/editions/{sale}/deposit"), TABLET),
    Picture("articles", MANAGER, g.visit("/editions/{sale}/items")),
    Picture("article", MANAGER, g.look_at_item),
    Picture("edition", MANAGER, g.visit("/editions/{sale}")),
    Picture("alertes", MANAGER, g.look_at_alerts),
    Picture("astreinte", MANAGER, g.look_at_on_call),
    Picture("en-direct", MANAGER, g.visit("/editions/{sale}/live")),
    Picture("tresorerie", TREASURER, g.visit("/editions/{sale}/treasury")),
    Picture("reversements", TREASURER, g.visit("/editions/{sale}/treasury/payouts")),
    Picture("reversement", TREASURER, g.look_at_payout),
    Picture("utilisateurs", ADMIN, g.visit("/users")),
    Picture("deposant-accueil", DEPOSITOR, g.visit("/editions/{next}/portal"), PHONE, DECLARING, BOTH),
    Picture("deposant-liste", DEPOSITOR, g.edit_list, PHONE, DECLARING),
    Picture("deposant-article", DEPOSITOR, g.add_item, PHONE, DECLARING),
    Picture("deposant-validation", DEPOSITOR, g.check_list, PHONE, DECLARING),
    Picture("deposants", MANAGER, g.visit("/editions/{next}/registrations"), scene=DECLARING),
    Picture("import", MANAGER, g.preview_import, scene=DECLARING),
    Picture("etiquettes", MANAGER, g.print_labels, scene=DEPOSITING),
    Picture("travaux", MANAGER, g.visit("/jobs"), scene=DEPOSITING),
    Picture("depot-fiche", VOLUNTEER, g.receive, TABLET, DEPOSITING),
)
