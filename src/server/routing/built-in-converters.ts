/** The converters that every app has: string, int, float, uuid and path. */

import type { Converter, Converters } from "./converter.ts";

const string: Converter<string> = {
  parse: (text) => text,
  format: (value) => value,
};

const int: Converter<number> = {
  parse: (text) => {
    const value = /^-?\d+$/.test(text) ? Number(text) : Number.NaN;
    return Number.isSafeInteger(value) ? value + 0 : undefined; // + 0 makes 0 of -0.
  },
  format: String,
};

const float: Converter<number> = {
  parse: (text) => {
    const value = /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : Number.NaN;
    return Number.isFinite(value) ? value + 0 : undefined;
  },
  format: toDecimal,
};

const uuid: Converter<string> = {
  parse: (text) => (/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(text) ? text.toLowerCase() : undefined),
  format: (value) => String(value).toLowerCase(),
};

/** That a parameter takes the rest of the path lies with the pattern; its text converts as any other. */
const path: Converter<string> = { ...string };

type BuiltInName = "string" | "int" | "float" | "uuid" | "path"; // Not keyof Converters, which users extend.

/** Every app has these, and cannot change them. */
export const builtInConverters: { readonly [Name in BuiltInName]: Converter<Converters[Name]> } = {
  string,
  int,
  float,
  uuid,
  path,
};

/** A number without an exponent: JavaScript writes 1e21 and 1e-7. */
function toDecimal(value: number): string {
  const [, sign, whole, fraction = "", exponent] = /^(-?)(\d)(?:\.(\d+))?e([+-]\d+)$/.exec(String(value)) ?? [];
  if (exponent === undefined) return String(value);
  const digits = whole + fraction;
  const point = 1 + Number(exponent);
  return point > 0 ? sign + digits.padEnd(point, "0") : `${sign}0.${"0".repeat(-point)}${digits}`;
}
