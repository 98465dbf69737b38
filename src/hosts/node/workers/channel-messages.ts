/** What goes between a process and the exchange that joins the rooms of all workers: as structured clones, bytes as they are. */

import type { PresenceChange } from "../../../rooms/broker.ts";
import type { Letters } from "./letters.ts";

/** From a process. */
export type ToExchange =
  /** Taken when it is sent: the channel keeps the order, and loses nothing while both ends live. */
  (Letters & { readonly type: "publish" }) | (Question & { readonly type: "ask"; readonly id: number });

/** To a process. */
export type FromExchange =
  | (Letters & { readonly type: "letters" })
  | { readonly type: "answer"; readonly id: number; readonly value: unknown }
  | { readonly type: "refusal"; readonly id: number; readonly why: string };

/** What is answered: each call of a broker's connection, and of its presence. */
export type Question =
  /** The name of the process; the answer is the lease. Comes first. */
  | { readonly call: "connect"; readonly argument: string }
  | { readonly call: "subscribe" | "unsubscribe"; readonly argument: readonly string[] }
  | { readonly call: "write"; readonly argument: readonly PresenceChange[] }
  | { readonly call: "read" | "count" | "clear"; readonly argument: string }
  | { readonly call: "renew" | "look" | "close"; readonly argument?: undefined };

/** Sends; calls `taken` when the system has it, or with an error if it can't go any more. Keeps the order. */
export type Send<Message> = (message: Message, taken: (error?: Error | null) => void) => void;
