/** On account of which connection something happens: the asynchronous context of all that an app does for one. */

import { AsyncLocalStorage } from "node:async_hooks";
import type { VisitRecord } from "./visit-record.ts";

/** Without a store: on account of none of a test client's. */
export const current = new AsyncLocalStorage<VisitRecord>();

let users = 0;

/** Somebody goes by it. The result ends that; with the last one, Node follows contexts no more, which costs each promise. */
export function followContext(): () => void {
  users++;
  return () => {
    users--;
    if (users === 0) current.disable();
  };
}
