/** Waits with an end: a test that hears nothing fails with a sentence, before the runner's own timeout says less. */

/** The promise's value; rejects when it has not come in time, and says what was waited for. */
export async function within<Value>(promise: Promise<Value>, what: string, milliseconds = 20_000): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => reject(new Error(`no ${what} within ${milliseconds} ms`)), milliseconds);
  });
  try {
    return await Promise.race([promise, late]);
  } finally {
    clearTimeout(timer);
  }
}
