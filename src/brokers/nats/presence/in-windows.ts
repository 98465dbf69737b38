/** Many requests at once, but not all: a server drops what exceeds its queue. */

const WINDOW = 500;

/** What `work` gives for each item, in their order; at most `WINDOW` are on their way. Rejects with the first failure. */
export async function inWindows<Item, Value>(
  items: readonly Item[],
  work: (item: Item) => Promise<Value>,
): Promise<Value[]> {
  const values: Value[] = [];
  for (let start = 0; start < items.length; start += WINDOW) {
    values.push(...(await Promise.all(items.slice(start, start + WINDOW).map(work))));
  }
  return values;
}
