/** Middleware around a core: each runs before the next, and again when that has ended. */

import { NEXT_TWICE, usageError } from "../errors.ts";

/** One layer. */
export type Layer<Context, End> = (context: Context, next: () => Promise<End>) => unknown;

/** What the layers go around. */
export interface Core<End> {
  readonly run: () => Promise<End>;
  /** A layer threw while what it began with `next` still runs. Told at once: that may run for as long as it likes. */
  readonly onEarlyFailure: (error: unknown) => void;
}

/**
 * Runs the layers from the outside in, then the core. Resolves when the outermost has returned and everything that it
 * began with `next` has ended, awaited or not; rejects with what a layer or the core threw.
 */
export async function runOnion<Context, End>(
  layers: readonly Layer<Context, End>[],
  context: Context,
  core: Core<End>,
): Promise<void> {
  await runFrom(layers, 0, { context, core });
}

async function runFrom<Context, End>(
  layers: readonly Layer<Context, End>[],
  index: number,
  { context, core }: { context: Context; core: Core<End> },
): Promise<End | undefined> {
  const layer = layers[index];
  if (layer === undefined) return core.run();
  let inner: Promise<End | undefined> | undefined;
  let innerRuns = false;
  const onInnerEnd = () => {
    innerRuns = false;
  };
  const next = (): Promise<End> => {
    if (inner !== undefined) throw usageError(NEXT_TWICE);
    innerRuns = true;
    inner = runFrom(layers, index + 1, { context, core });
    // Whoever does not await it hears of a failure all the same: from us, below.
    inner.then(onInnerEnd, onInnerEnd);
    return inner as Promise<End>;
  };
  try {
    await layer(context, next);
  } catch (error) {
    if (innerRuns) core.onEarlyFailure(error);
    throw error;
  } finally {
    // A layer that did not wait is waited for here: around it, the connection has not ended before this.
    await inner?.catch(() => {});
  }
  return inner;
}
