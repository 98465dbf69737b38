/** Asks an engine again and again whether it still answers. */

/** Milliseconds between two questions. */
const BEAT = 1_000;

/** Beats without an answer after which it counts as silent. A beat of our own that comes late counts as one. */
const PATIENCE = 3;

/** The longest that silence lasts unnoticed is `SILENCE` and a beat. Milliseconds. */
export const SILENCE = BEAT * PATIENCE;

/** Calls `onSilent` once, when `ping` has not been answered for `SILENCE` milliseconds. Answers how to end it. */
export function startHeartbeat(ping: () => Promise<unknown>, onSilent: () => void): () => void {
  let waiting = 0;
  let asked = false;
  const answered = () => {
    asked = false;
    waiting = 0;
  };

  const timer = setInterval(() => {
    if (asked) {
      if (++waiting < PATIENCE) return;
      clearInterval(timer);
      onSilent();
      return;
    }
    asked = true;
    // What fails ends the connection by itself, and with it this.
    ping().then(answered, answered);
  }, BEAT);
  return () => clearInterval(timer);
}
