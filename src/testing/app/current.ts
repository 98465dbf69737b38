/** On account of which connection something happens: the asynchronous context of all that an app does for one. */

import { AsyncLocalStorage } from "node:async_hooks";
import type { VisitRecord } from "./visit-record.ts";

/** Without a store: on account of none of a test client's. */
export const current = new AsyncLocalStorage<VisitRecord>();
