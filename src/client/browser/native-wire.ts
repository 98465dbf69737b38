/** A wire around a WebSocket of the runtime's own (WHATWG), as browsers have it: it cannot ping, pause or stream. */

import type { CloseInfo } from "../../protocol/engine-sink.ts";
import type { Message } from "../../protocol/message.ts";
import type { PreparedMessage } from "../../protocol/prepared-message.ts";
import type { Clock } from "../../protocol/run/clock.ts";
import type { Wire, WireSink } from "../../socket/wire.ts";
import { WIRE_HIGH_WATER } from "../../socket/wire.ts";
import type { NativeSocket } from "./native-socket.ts";

/** What the browser does not decide. */
export interface NativeWireLimits {
  /** Milliseconds for the closing handshake. */
  readonly closeTimeout: number;
}

/** The WebSocket is open and ours; its `binaryType` is `arraybuffer`. A function, not a class: it takes less room in a page. */
export function nativeWire(native: NativeSocket, clock: Clock, { closeTimeout }: NativeWireLimits): Wire {
  let sink: WireSink | undefined;
  /** What it still says then is of no interest. */
  let isOver = false;
  /** The code of our `close`. */
  let ownCode: number | undefined;
  let flushing: ((out: boolean) => void)[] = [];
  let isLooking = false;
  let cancelDeadline = () => {};

  /** 0 where the runtime does not count, and after the end: then nothing of it will be out. */
  const unsent = () => (isOver ? 0 : native.bufferedAmount || 0);

  /** Browsers do not tell when something has left: it is looked at every few milliseconds while somebody waits for it. */
  const look = () => {
    if (unsent() === 0) {
      const told = flushing;
      flushing = [];
      for (const done of told) done(!isOver);
    } else if (!isLooking) {
      isLooking = true;
      clock.after(4, () => {
        isLooking = false;
        if (!isOver) sink?.wireOnRoom();
        look();
      });
    }
  };

  const end = (info: CloseInfo) => {
    if (isOver) return;
    isOver = true;
    cancelDeadline();
    sink?.wireOnClose(info);
    look();
  };

  /** A slow server has its time anew for as long as it takes what was sent before. */
  const startDeadline = () => {
    const before = unsent();
    cancelDeadline = clock.after(closeTimeout, () => (unsent() < before ? startDeadline() : wire.terminate()));
  };

  const wire = {
    lastHeard: clock.now(),

    open(given: WireSink): void {
      sink = given;
      native.addEventListener("message", ({ data }) => {
        if (isOver) return;
        wire.lastHeard = clock.now();
        given.wireOnMessage(typeof data === "string" ? data : new Uint8Array(data));
      });
      native.addEventListener("close", ({ code, reason, wasClean }) => {
        // A Close frame without a code, which stands for one that no page may send, is answered without one.
        end({ code: code === 1005 ? (ownCode ?? code) : code, reason, wasClean });
      });
    },

    /** After the server's Close frame, browsers take nothing more, and tell of the end once TCP has ended. */
    get isOpen() {
      return native.readyState === OPEN;
    },

    get bufferedAmount() {
      return unsent();
    },

    unsent,

    /** The runtime copies bytes at once, makes its own frames, and compresses as it agreed with the server. */
    send(message: Message | PreparedMessage): boolean {
      if (!wire.isOpen) return false;
      native.send((message as PreparedMessage).data ?? message);
      const hasRoom = unsent() < WIRE_HIGH_WATER;
      if (!hasRoom) look();
      return hasRoom;
    },

    flushed(done: (out: boolean) => void): void {
      flushing.push(done);
      look();
    },

    close(code: number | undefined, reason: string): void {
      if (isOver) return;
      startDeadline();
      if (!wire.isOpen) return;
      ownCode = code;
      // WHATWG WebSockets, `close(code, reason)` throws "if code is present, but is neither an integer equal to 1000 nor an
      // integer in the range 3000 to 4999, inclusive", and for a reason of more than 123 bytes.
      if (isSendable(code)) {
        native.close(code, reason.slice(0, new TextEncoder().encodeInto(reason, new Uint8Array(123)).read));
      } else native.close();
    },

    terminate(): void {
      native.close();
      end({ code: 1006, reason: "", wasClean: false });
    },
  };
  return wire;
}

/** Whether browsers let a page send this close code. */
export function isSendable(code: number | undefined): boolean {
  return code === 1000 || (code! >= 3000 && code! <= 4999 && code! % 1 === 0);
}

/** `WebSocket.OPEN` */
const OPEN = 1;
