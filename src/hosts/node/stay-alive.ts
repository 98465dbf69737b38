/** Keeps the process while something is waited for that keeps none itself: the time between two attempts to connect. */

/** The result of the work. */
export async function stayAlive<Result>(work: Promise<Result>): Promise<Result> {
  const timer = setInterval(() => {}, A_WHILE);
  try {
    return await work;
  } finally {
    clearInterval(timer);
  }
}

/** Milliseconds. */
const A_WHILE = 60_000;
