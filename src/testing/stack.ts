/** Stacks of errors that begin in the test: at the call that waits, not in the timer that ends it. */

import { dirname, sep } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** Where this package lies: its own frames say nothing to a test. */
const OWN = ownFolder();

/** Remembers this place in the test; the result gives an error the stack of it. */
export function markPlace(): <Failure>(error: Failure) => Failure {
  const place: { stack?: string } = {};
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = before + FRAMES_OF_OURS;
  Error.captureStackTrace(place, markPlace);
  Error.stackTraceLimit = before;
  return (error) => {
    // Not `instanceof`: under Jest, an AssertionError of Node's is of another realm.
    const { name, message, stack } = Object(error) as Partial<Error>;
    if (stack === undefined) return error;
    return Object.assign(error as object, {
      stack: [`${name}: ${message}`, ...framesOf(place.stack)].join("\n"),
    }) as typeof error;
  };
}

function framesOf(stack = ""): string[] {
  const frames = stack.split("\n").filter((line) => /^\s+at /.test(line));
  return frames.filter((frame) => !isOwnFrame(frame));
}

/** Whether a frame lies in this package. */
export function isOwnFrame(frame: string): boolean {
  return OWN.some((own) => frame.includes(own));
}

/** As stacks name it. Not by `import.meta`, which a Jest that compiles to CommonJS cannot read. */
function ownFolder(): string[] {
  const here = new Error().stack?.split("\n")[1] ?? "";
  const [, place] = /((?:file:|\/|[A-Za-z]:[\\/]).*):\d+:\d+\)?$/.exec(here) ?? [];
  if (place === undefined) return [];
  const file = place.startsWith("file:") ? fileURLToPath(place) : place;
  const folder = `${dirname(dirname(file))}${sep}`;
  return [pathToFileURL(folder).href, folder];
}

const FRAMES_OF_OURS = 12;
