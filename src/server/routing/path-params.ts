/** The types of a pattern's parameters, read from the pattern itself. Types only. */

import type { ConverterValue } from "./converter.ts";

/**
 * What a path that matches this pattern gives: `PathParams<"/notifications/:userId<int>/:room">` is
 * `{ readonly userId: number; readonly room: string }`. Where the compiler does not know the whole text of the pattern
 * (a `string`, `/api/${string}`), any name may be there, and its value is `unknown`.
 */
export type PathParams<Path extends string> = Path extends unknown // One pattern of a union at a time.
  ? Record<never, never> extends Record<Path, true> // So it is for all that is not one known text.
    ? Readonly<Record<string, unknown>>
    : { readonly [Segment in Segments<Path> as ParamName<Segment>]: ParamValue<Segment> }
  : never;

/** What `buildPath` wants for this pattern: the same values. */
export type PathInput<Path extends string> = PathParams<Path>;

type Segments<Path extends string> = Path extends `${infer Head}/${infer Rest}` ? Head | Segments<Rest> : Path;

type ParamName<Segment extends string> = Segment extends `:${infer Name}<${string}>`
  ? Name
  : Segment extends `:${infer Name}`
    ? Name
    : never;

type ParamValue<Segment extends string> = Segment extends `:${string}<${infer Name}>` ? ConverterValue<Name> : string;
