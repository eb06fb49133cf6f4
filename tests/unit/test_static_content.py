"""What is sent for a static file."""

from pathlib import Path

from app.web.static_files import read_static_file


def test_the_address_changes_when_an_imported_file_does(tmp_path: Path) -> None:
    (tmp_path / "all.css").write_text('@import "part.css";\n')
    (tmp_path / "part.css").write_text("p { margin: 0; }")
    before = read_static_file(tmp_path / "all.css").fingerprint
    (tmp_path / "part.css").write_text("p { margin: 1px; }")
    assert read_static_file(tmp_path / "all.css").fingerprint != before
