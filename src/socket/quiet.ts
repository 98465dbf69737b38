/** Promises that may be left alone: a connection that ends never ends the process. */

/** The same promise; if it rejects and nobody awaits it, nothing happens. */
export function quiet<Value>(promise: Promise<Value>): Promise<Value> {
  promise.catch(() => {});
  return promise;
}
