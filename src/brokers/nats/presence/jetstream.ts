/** JetStream by its requests, as its documentation has them: streams, what is stored in them, and its refusals. */

import {
  BROKER_AWAY,
  BROKER_SILENT,
  BROKER_WITHOUT_JETSTREAM,
  BrokerError,
  brokerError,
  JETSTREAM_REFUSED,
  NATS_FORBIDDEN,
} from "../../../errors.ts";
import type { Line } from "../line.ts";
import type { NatsMessageLike } from "../nats-client.ts";

/** The stream is not there, or not any more. */
export class StreamMissing extends Error {}

/** There is a stream of this name with another configuration. */
export class StreamDiffers extends Error {}

/** What we read of a stream's state. */
export interface StreamInfo {
  readonly config: { readonly max_age: number };
  /** Those that match the filter, each with its number of messages; missing where there are none. */
  readonly state: { readonly subjects?: Readonly<Record<string, number>> };
  /** Subjects that match, over all pages. */
  readonly total?: number;
}

/** Everything here rejects with a `BrokerError`, or with one of the classes above. `call` is who asks, for sentences. */
export class JetStream {
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  /** Makes a stream, or finds it there. */
  async create(call: string, config: { readonly name: string }): Promise<void> {
    await this.#api(call, `STREAM.CREATE.${config.name}`, config);
  }

  info(call: string, stream: string, filter?: object): Promise<StreamInfo> {
    return this.#api(call, `STREAM.INFO.${stream}`, filter);
  }

  /** All subjects of a stream that match. */
  async subjects(call: string, stream: string, filter: string): Promise<string[]> {
    const found: string[] = [];
    for (;;) {
      const { state, total = 0 } = await this.info(call, stream, { subjects_filter: filter, offset: found.length });
      const page = Object.keys(state.subjects ?? {});
      found.push(...page);
      if (page.length === 0 || found.length >= total) return found;
    }
  }

  /** Stores a message; gives its number in the stream. */
  async put(call: string, subject: string, payload: Uint8Array): Promise<number> {
    const { seq } = await this.#answer<{ seq: number }>(call, subject, payload, streamMissing);
    return seq;
  }

  /** The newest message of a subject; `undefined` if there is none. */
  async newest(call: string, stream: string, subject: string): Promise<Uint8Array | undefined> {
    const { data, headers } = await this.#ask(
      call,
      `$JS.API.DIRECT.GET.${stream}.${subject}`,
      undefined,
      streamMissing,
    );
    return headers?.code === NOT_FOUND ? undefined : data;
  }

  /** The subject of the message of this number; `undefined` if it is not there any more. */
  async subjectAt(call: string, stream: string, seq: number): Promise<string | undefined> {
    type Found = { message?: { subject: string } };
    const { message } = await this.#api<Found>(call, `STREAM.MSG.GET.${stream}`, { seq }, [NO_MESSAGE]);
    return message?.subject;
  }

  /** Removes all messages of the subjects that match; of them nothing is left. */
  async purge(call: string, stream: string, filter: string): Promise<void> {
    await this.#api(call, `STREAM.PURGE.${stream}`, { filter });
  }

  #api<Answer>(call: string, request: string, body?: object, fine: readonly number[] = []): Promise<Answer> {
    const payload = body === undefined ? undefined : new TextEncoder().encode(JSON.stringify(body));
    return this.#answer(call, `$JS.API.${request}`, payload, () => this.#without(), fine);
  }

  async #answer<Answer>(
    call: string,
    subject: string,
    payload: Uint8Array | undefined,
    unheard: () => Error,
    fine: readonly number[] = [],
  ): Promise<Answer> {
    const { data } = await this.#ask(call, subject, payload, unheard);
    const answer = JSON.parse(new TextDecoder().decode(data)) as Answer & { error?: ApiError };
    if (answer.error !== undefined && !fine.includes(answer.error.err_code)) throw this.#refusal(answer.error, subject);
    return answer;
  }

  async #ask(
    call: string,
    subject: string,
    payload: Uint8Array | undefined,
    unheard: () => Error,
  ): Promise<NatsMessageLike> {
    try {
      return await this.#line.ask(call, (client) => client.request(subject, payload, { timeout: PATIENCE }));
    } catch (error) {
      if (error instanceof BrokerError) throw error;
      const name = nameOf(error) === "RequestError" ? nameOf((error as Error).cause) : nameOf(error);
      // Nobody subscribes to the subject: no JetStream, or no such stream.
      if (name === "NoResponders") throw unheard();
      if (name === "TimeoutError") throw brokerError(BROKER_SILENT, error, call, "nats", this.#line.place, PATIENCE);
      if (name === "PermissionViolationError") {
        throw brokerError(NATS_FORBIDDEN, error, "publish to", subject, this.#line.place);
      }
      throw brokerError(BROKER_AWAY, error, call, "nats", this.#line.place);
    }
  }

  #refusal({ err_code, description }: ApiError, subject: string): Error {
    if (err_code === NO_STREAM) return new StreamMissing();
    if (err_code === STREAM_DIFFERS) return new StreamDiffers();
    if (err_code === NOT_ENABLED || err_code === NOT_ENABLED_FOR_ACCOUNT) return this.#without();
    return brokerError(JETSTREAM_REFUSED, undefined, this.#line.place, subject, `${description} (${err_code})`);
  }

  #without(): BrokerError {
    return brokerError(BROKER_WITHOUT_JETSTREAM, undefined, this.#line.place);
  }
}

interface ApiError {
  readonly err_code: number;
  readonly description: string;
}

/** Milliseconds. Who asks has given up long before; it keeps the client from waiting for ever. */
const PATIENCE = 10_000;

const NOT_FOUND = 404;

// The codes of JetStream's errors (server/errors.json of nats-server).
const NO_MESSAGE = 10_037;
const NOT_ENABLED_FOR_ACCOUNT = 10_039;
const STREAM_DIFFERS = 10_058;
const NO_STREAM = 10_059;
const NOT_ENABLED = 10_076;

function streamMissing(): Error {
  return new StreamMissing();
}

function nameOf(error: unknown): string {
  return String((Object(error) as { name?: unknown }).name);
}
