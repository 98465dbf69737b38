/** Matchers of test runners, such as `expect.any(String)`, wherever they stand in what is expected. */

/** The value, with each matcher that fits it in the place of what it fits: so both sides are equal if all of them fit. */
export function withMatched(value: unknown, expected: unknown): unknown {
  if (isMatcher(expected)) return expected.asymmetricMatch(value) ? expected : value;
  if (Array.isArray(value) && Array.isArray(expected)) {
    return value.map((item, at) => withMatched(item, expected[at]));
  }
  if (!isPlain(value) || !isPlain(expected)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, withMatched(item, expected[name])]));
}

interface Matcher {
  asymmetricMatch(value: unknown): boolean;
}

function isMatcher(value: unknown): value is Matcher {
  return typeof value === "object" && value !== null && typeof (value as Matcher).asymmetricMatch === "function";
}

function isPlain(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
