/** Options in the place of defaults, and checked by them: what a default is like, its option has to be like. */

import { BAD_OPTION, UNKNOWN_OPTION, usageError } from "../errors.ts";

/**
 * Throws a `UsageError` for a name that is not among the defaults, a value of another kind, and a number that is not
 * above 0. A default of `undefined` stands for any kind.
 */
export function withDefaults<Options extends object>(
  place: string,
  defaults: Options,
  given: { readonly [Name in keyof Options]?: Options[Name] | undefined } = {},
): Options {
  const filled = { ...defaults } as Record<string, unknown>;
  for (const [name, value] of Object.entries(given ?? {})) {
    if (!(name in filled)) throw usageError(UNKNOWN_OPTION, name, place, Object.keys(defaults).join(", "));
    if (value === undefined) continue;
    const kind = typeof filled[name];
    const isNumber = kind === "number";
    const isRight = kind === "undefined" || (typeof value === kind && !(isNumber && !((value as number) > 0)));
    const expected = isNumber ? "a number above 0" : `a ${kind}`;
    if (!isRight) throw usageError(BAD_OPTION, `${place}.${name}`, String(value), expected);
    filled[name] = value;
  }
  return filled as Options;
}
