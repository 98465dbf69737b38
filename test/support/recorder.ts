/** A sink that writes down what an engine says, as values a test can compare. */

import type { CloseInfo, EngineSink } from "../../src/protocol/engine-sink.ts";
import type { Message } from "../../src/protocol/message.ts";

/** One call to the sink. */
export type Recorded =
  | { readonly type: "message"; readonly data: Message }
  | { readonly type: "part"; readonly data: Message; readonly last: boolean }
  | { readonly type: "ping" | "pong"; readonly payload: Uint8Array }
  | {
      readonly type: "close";
      readonly code: number;
      readonly reason: string;
      readonly wasClean: boolean;
      readonly error?: string;
    };

/** Records; `events` is what has come so far, an error by its code. */
export class Recorder implements EngineSink {
  readonly events: Recorded[] = [];
  ready?: () => void;
  output?: () => void;

  get messages(): Message[] {
    return this.events.flatMap((event) => (event.type === "message" ? [event.data] : []));
  }

  message(data: Message): void {
    this.events.push({ type: "message", data });
  }

  part(data: Message, last: boolean): void {
    this.events.push({ type: "part", data, last });
  }

  ping(payload: Uint8Array): void {
    this.events.push({ type: "ping", payload });
  }

  pong(payload: Uint8Array): void {
    this.events.push({ type: "pong", payload });
  }

  close({ code, reason, wasClean, error }: CloseInfo): void {
    this.events.push({ type: "close", code, reason, wasClean, ...(error && { error: error.code }) });
  }
}
