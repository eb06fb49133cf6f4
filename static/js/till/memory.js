// A browser may throw away what it keeps for a page. A mark kept elsewhere tells that it happened.

const name = (tillId) => `bourse-till-${tillId}`;

export function markWritten(tillId, seq) {
  try {
    localStorage.setItem(name(tillId), String(seq));
  } catch {
    // No mark: only the alarm is lost.
  }
}

// The highest number this browser remembers to have written, 0 when it remembers none.
export function writtenBefore(tillId) {
  try {
    return Number(localStorage.getItem(name(tillId))) || 0;
  } catch {
    return 0;
  }
}
