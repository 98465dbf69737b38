/** JSON as sockets send and receive it: the codec is the user's to choose, the schema too. */

import {
  INVALID_JSON,
  InvalidJsonError,
  NOT_SERIALIZABLE,
  SCHEMA_MISMATCH,
  usageError,
  ValidationError,
} from "../errors.ts";
import type { Message } from "../protocol/message.ts";
import type { TextCodec } from "../protocol/platform.ts";

/** How values become text and back. `JSON` is one; others know `bigint`, dates, maps. */
export interface JsonCodec {
  /** Throws for what it cannot say. */
  stringify(value: unknown): string | undefined;
  /** Throws for what is not its language. */
  parse(text: string): unknown;
}

/** What any validator offers that speaks Standard Schema (standardschema.dev, version 1): zod, valibot, arktype and others. */
export interface StandardSchema<Input = unknown, Output = Input> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => SchemaResult<Output> | Promise<SchemaResult<Output>>;
    readonly types?: { readonly input: Input; readonly output: Output } | undefined;
  };
}

/** What a schema makes of a value. */
export type SchemaResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly SchemaIssue[] };

/** One thing that a schema found wrong. */
export interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What a schema gives. */
export type OutputOf<Schema extends StandardSchema> = NonNullable<Schema["~standard"]["types"]>["output"];

/** Whether an argument is a schema; some are functions. */
export function isSchema(value: unknown): value is StandardSchema {
  return value !== null && (typeof value === "object" || typeof value === "function") && "~standard" in value;
}

/** The text for a value. Throws a `UsageError` for what has none, such as `undefined`; and what the codec throws. */
export function toJson(codec: JsonCodec, call: string, value: unknown): string {
  const text = codec.stringify(value);
  if (typeof text !== "string") throw usageError(NOT_SERIALIZABLE, call, typeof value);
  return text;
}

/** The value in a message. Throws an `InvalidJsonError`. */
export function fromJson(codec: JsonCodec, text: Pick<TextCodec, "decode">, data: Message): unknown {
  try {
    const source = typeof data === "string" ? data : text.decode(data, 0, data.length);
    if (source === null) throw "it is not UTF-8";
    return codec.parse(source);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new InvalidJsonError(INVALID_JSON.code, INVALID_JSON.sentence(reason), data);
  }
}

/** What the schema makes of a value. Rejects with a `ValidationError`. */
export async function validate<Schema extends StandardSchema>(
  schema: Schema,
  value: unknown,
  data: Message,
): Promise<OutputOf<Schema>> {
  return outputOf(await schema["~standard"].validate(value), data) as OutputOf<Schema>;
}

/** What a schema gave. Throws a `ValidationError`. */
export function outputOf(result: SchemaResult<unknown>, data: Message): unknown {
  if (!result.issues) return result.value;
  const { issues } = result;
  const sentence = SCHEMA_MISMATCH.sentence(issues.map(toWords).join("; "));
  throw new ValidationError(SCHEMA_MISMATCH.code, sentence, { data, issues });
}

function toWords({ message, path = [] }: SchemaIssue): string {
  const keys = path.map((step) => String(typeof step === "object" ? step.key : step)).join(".");
  return (keys && `${keys}: `) + message;
}
