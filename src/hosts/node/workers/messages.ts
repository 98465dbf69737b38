/** What a primary and its workers tell each other. A program's own messages go by the same channel: ours bear a name. */

import type { CloseOptions } from "../../../server/drain.ts";
import type { FromExchange, ToExchange } from "./channel-messages.ts";

/** From a worker. `listen`: which call of `listen` it is about, as all processes run the same file. */
export type FromWorker =
  /** Where may I listen? */
  | { readonly antiphon: "place"; readonly listen: number }
  | { readonly antiphon: "listening"; readonly listen: number; readonly url: string; readonly port: number | undefined }
  | { readonly antiphon: "failed"; readonly listen: number; readonly failure: Failure }
  /** It was sent a signal to end by. */
  | { readonly antiphon: "signal" }
  /** `app`: which app of the file. */
  | { readonly antiphon: "rooms"; readonly app: number; readonly message: ToExchange };

/** From the primary. */
export type ToWorker =
  | { readonly antiphon: "place"; readonly listen: number; readonly port: number | undefined }
  | { readonly antiphon: "failed"; readonly listen: number; readonly failure: Failure }
  /** Say goodbye, and end. */
  | { readonly antiphon: "close"; readonly options: CloseOptions }
  | { readonly antiphon: "rooms"; readonly app: number; readonly message: FromExchange };

/** Why a `listen` was rejected, in all processes alike. */
export interface Failure {
  readonly code: string;
  readonly message: string;
}

/** By this in its environment a process knows that it is a worker of ours, and of no other cluster. */
export const WORKER_MARK = "ANTIPHON_WORKER";

/** Whether a message is one of ours. */
export function isOurs<Message extends FromWorker | ToWorker>(message: unknown): message is Message {
  return typeof message === "object" && message !== null && "antiphon" in message;
}
