/** Whether the server still answers: a ping at each beat, one at a time. A connection can be there and nobody behind it. */

/** Who hears of it. */
export interface PulseListener {
  /** Nothing has come for `SILENCE` milliseconds. Once, until it answers. */
  pulseOnSilence(): void;
  /** A ping was answered. All that was sent before it has come. */
  pulseOnAnswer(): void;
}

const BEAT = 750;
const BEATS = 5;

/** Milliseconds after which a server that does not answer counts as lost. It is noticed up to a beat later. */
export const SILENCE = BEAT * BEATS;

/** Beats are counted, not milliseconds: a process that was busy for seconds itself has missed nobody's answer. */
export class Pulse {
  readonly #ping: () => Promise<void>;
  readonly #listener: PulseListener;
  #timer: NodeJS.Timeout | undefined;
  /** Beats since the ping that is on its way; `undefined` while there is none. */
  #waited: number | undefined;

  constructor(ping: () => Promise<void>, listener: PulseListener) {
    this.#ping = ping;
    this.#listener = listener;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.beat(), BEAT);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#timer = undefined;
  }

  /** Pings, unless a ping is on its way. */
  beat(): void {
    if (this.#waited === undefined) {
      this.#waited = 0;
      this.#ping().then(
        () => this.#onPong(),
        // Lost with its connection. The next beat asks again.
        () => this.#onMiss(),
      );
    } else {
      this.#waited += 1;
      if (this.#waited === BEATS) this.#listener.pulseOnSilence();
    }
  }

  #onPong(): void {
    this.#waited = undefined;
    if (this.#timer !== undefined) this.#listener.pulseOnAnswer();
  }

  #onMiss(): void {
    this.#waited = undefined;
  }
}
