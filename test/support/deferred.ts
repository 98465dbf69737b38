/** A promise and the hands that settle it: `Promise.withResolvers`, which Node 20 lacks. */

export interface Deferred<Value> {
  readonly promise: Promise<Value>;
  readonly resolve: (value: Value) => void;
  readonly reject: (error: unknown) => void;
}

/** A promise that someone else settles. */
export function deferred<Value>(): Deferred<Value> {
  let settle: Omit<Deferred<Value>, "promise"> | undefined;
  const promise = new Promise<Value>((resolve, reject) => {
    settle = { resolve, reject };
  });
  // Nobody may be waiting yet when it is rejected; whoever awaits `promise` hears of it all the same.
  promise.catch(() => {});
  return { promise, ...settle! };
}
