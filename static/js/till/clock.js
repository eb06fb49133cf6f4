// The till's time: the server's, measured at each ping, carried on by a clock that cannot be set.

const JUMP = 2000;

// `saved`: {offset, error} of an earlier visit, in ms (server minus this computer's clock); `lastAt`: the corrected
// time of the last entry written. Time before it: the clock was set back while the page was closed.
export function createClock(saved, lastAt = 0) {
  let best = saved ?? { offset: 0, error: Infinity };
  let anchor = anchorNow();
  let jumped = anchor.server < lastAt - JUMP;

  function anchorNow() {
    return { wall: Date.now(), perf: performance.now(), server: Date.now() + best.offset };
  }

  // The computer's clock was set, or the computer slept: the two clocks no longer agree.
  function watch() {
    const drift = Date.now() - anchor.wall - (performance.now() - anchor.perf);
    if (Math.abs(drift) > JUMP) jumped = true;
    return jumped;
  }

  return {
    // A ping left at t0 and came back at t1 (this computer's clock); the server then said `now`.
    measure(t0, t1, now) {
      watch();
      const error = (t1 - t0) / 2;
      if (!jumped && error > best.error) return best;
      best = { offset: now - (t0 + t1) / 2, error };
      anchor = anchorNow();
      jumped = false;
      return best;
    },
    // The corrected moment of an entry, never before the one before it, with the raw values it comes from.
    stamp(lastAt = 0) {
      watch();
      const at = Math.max(anchor.server + performance.now() - anchor.perf, lastAt);
      const known = Number.isFinite(best.error);
      const raw = { wall: new Date().toISOString(), offset_ms: Math.round(best.offset) };
      if (known) raw.error_ms = Math.round(best.error);
      if (jumped) raw.jump = true;
      return { at: Math.round(at), clock: raw };
    },
    // Whether the time is in doubt until the server is asked again.
    isInDoubt: watch,
    get error() {
      return best.error;
    },
    get offset() {
      return best.offset;
    },
    now: () => anchor.server + performance.now() - anchor.perf,
  };
}
