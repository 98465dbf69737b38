/** What is thrown past everybody, in turns of its own, while a test runs. */

import { onTestFinished } from "vitest";

/** All that nobody catches until the end of the test, promises included. */
export function uncaught(): unknown[] {
  const errors: unknown[] = [];
  for (const event of ["uncaughtException", "unhandledRejection"] as const) {
    const others = process.listeners(event as "uncaughtException");
    process.removeAllListeners(event);
    process.on(event, (error: unknown) => errors.push(error));
    onTestFinished(() => {
      process.removeAllListeners(event);
      for (const listener of others) process.on(event, listener as never);
    });
  }
  return errors;
}
