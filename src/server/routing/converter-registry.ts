/** The converters of one app, by name. */

import { CONVERTER_NAME_INVALID, CONVERTER_TWICE, usageError } from "../../errors.ts";
import { builtInConverters } from "./built-in-converters.ts";
import type { Converter, ConverterValue } from "./converter.ts";

/** The built-in converters and those that were added. A pattern keeps the converters that it was compiled with. */
export class ConverterRegistry {
  readonly #byName = new Map<string, Converter<unknown>>(Object.entries(builtInConverters));

  /**
   * Adds a converter for the patterns that are compiled from now on.
   *
   * @throws UsageError when the name is taken, or no pattern could use it.
   */
  add<Name extends string>(name: Name, converter: Converter<ConverterValue<Name>>): void {
    if (!isName(name)) throw usageError(CONVERTER_NAME_INVALID, name);
    if (this.#byName.has(name)) throw usageError(CONVERTER_TWICE, name);
    this.#byName.set(name, withPattern(converter));
  }

  /** The converter of this name, its `pattern` held. */
  get(name: string): Converter<unknown> | undefined {
    return this.#byName.get(name);
  }

  /** The names there are, in the order in which they came. */
  get names(): readonly string[] {
    return [...this.#byName.keys()];
  }
}

/** Whether this can name a parameter or a converter: a name as in JavaScript. */
export function isName(text: string): boolean {
  return /^[\p{ID_Start}_$][\p{ID_Continue}$]*$/u.test(text);
}

/** The same converter, which looks at the pattern itself. */
function withPattern(converter: Converter<unknown>): Converter<unknown> {
  const { pattern } = converter;
  if (pattern === undefined) return converter;
  // Whole segments only; g and y would make the answer depend on the last one, m would let a line break end it.
  const whole = new RegExp(`^(?:${pattern.source})$`, pattern.flags.replace(/[gmy]/g, ""));
  return {
    parse: (text) => (whole.test(text) ? converter.parse(text) : undefined),
    format: (value) => converter.format(value),
  };
}
