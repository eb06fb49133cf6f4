"""The security log: finished days leave the disk as plain text and become sealed archives."""

from datetime import datetime, timedelta
from pathlib import Path

from app.core.dates import to_paris
from app.operations.archives import remove_old_archives, seal
from config.log_files import take_away


def archive_security_log(log_dir: Path, archive_dir: Path, server_key: str, now: datetime) -> str:
    """Seal what was written until now, remove archives of five years ago; says so in French."""
    today = to_paris(now).date()
    current, finished = log_dir / "security.log", log_dir / f"security-{today - timedelta(days=1)}.log"
    sealed = _seal_finished(log_dir, archive_dir, server_key)  # what a night that was cut short left
    if current.exists():
        take_away(current, finished)
        sealed += _seal_finished(log_dir, archive_dir, server_key)
    removed = remove_old_archives(archive_dir, today)
    return f"{sealed} journaux de sécurité archivés, {removed} effacés"


def _seal_finished(log_dir: Path, archive_dir: Path, server_key: str) -> int:
    finished = sorted(log_dir.glob("security-*.log"))
    for path in finished:
        seal(archive_dir, path.stem, path.read_bytes(), server_key)
        path.unlink()
    return len(finished)
