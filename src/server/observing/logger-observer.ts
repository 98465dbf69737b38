/** What is logged of each signal, and at which level: one line per connection, none per message, no secrets. */

import { amount, bytes, duration } from "./figures.ts";
import { type Logger, thrownInOneLine } from "./logger.ts";
import { LostLog } from "./lost-log.ts";
import { maskSecrets } from "./mask-secrets.ts";
import type {
  BrokerChangedSignal,
  ConnectionClosed,
  ConnectionRejected,
  DropSignal,
  ErrorSignal,
  Observer,
} from "./observer.ts";
import { printable, quoted } from "./printable.ts";

/**
 * Speaks to a logger.
 *
 * - debug: a connection opened; a queue filled up;
 * - info: a connection ended, whoever ended it; a request was refused; the app listens, drains, has closed;
 * - warn: a connection ended for a limit or a broken rule; an origin was refused; the first drop of a connection; the broker
 *   is away; warnings;
 * - error: user code threw, with its stack.
 *
 * Paths are without secrets, and what the peer sent is escaped.
 *
 * @example
 * loggerObserver(pino());
 * // ws /chat/42 from 127.0.0.1 · 1000 · 12.4 s · in 12 (3.1 KB) out 40 (9 KB)
 */
export function loggerObserver(logger: Logger): Observer {
  const dropping = new Set<string>();
  const lost = new LostLog(logger);
  return {
    ...(logger.debug === undefined ? {} : debugObserver(logger)),
    connectionClosed: (event) => {
      dropping.delete(event.id);
      logClosed(logger, event);
    },
    connectionRejected: (event) => logRejected(logger, event),
    messagesDropped: (event) => {
      // The rest is counted in the line at the end: a slow consumer drops with every message.
      if (!dropping.has(event.id)) logDropped(logger, event);
      dropping.add(event.id);
    },
    brokerChanged: (event) => {
      logBroker(logger, event);
      if (event.state !== "connecting") lost.sumUp();
    },
    publicationsLost: (event) => lost.lose(event),
    error: (event) => logError(logger, event),
    warning: ({ id, code, message }) => logger.warn({ id, code }, printable(message, 1000)),
    listening: ({ url }) => logger.info({ url }, `listening on ${printable(url)}`),
    draining: (event) =>
      logger.info(event, `closing: ${amount(event.connections, "connection")} within ${duration(event.timeout)}`),
    closed: (event) => {
      const left = event.terminated === 0 ? "" : `, ${amount(event.terminated, "connection")} terminated`;
      logger.info(event, `closed in ${duration(event.duration)}${left}`);
    },
  };
}

function debugObserver(logger: Logger): Observer {
  return {
    connectionOpened: (event) => {
      const path = shownPath(event.path);
      logger.debug?.({ ...event, path }, `ws ${path} from ${shownAddress(event.remoteAddress)} open`);
    },
    backpressure: (event) => {
      const { id, direction, state, messages, bytes: size } = event;
      const held = `${amount(messages, "message")} (${bytes(size)})`;
      logger.debug?.(event, `${direction} queue of ${printable(id)} ${state}: ${held}`);
    },
  };
}

function logClosed(logger: Logger, event: ConnectionClosed): void {
  const path = shownPath(event.path);
  const { code, received, sent, dropped, error } = event;
  const parts = [
    `ws ${path} from ${shownAddress(event.remoteAddress)}`,
    event.reason === "" ? String(code) : `${code} ${quoted(event.reason)}`,
    duration(event.duration),
    `in ${received.messages} (${bytes(received.bytes)}) out ${sent.messages} (${bytes(sent.bytes)})`,
    ...(dropped === 0 ? [] : [`${dropped} dropped`]),
    ...(error === undefined ? [] : [error instanceof Error ? printable(error.message, 1000) : thrownInOneLine(error)]),
  ];
  const { error: _, ...rest } = event;
  const fields = { ...rest, path, reason: printable(event.reason), ...(error === undefined ? {} : { err: error }) };
  if (error === undefined) logger.info(fields, parts.join(" · "));
  else logger.warn(withoutStack(fields), parts.join(" · "));
}

/** The peer's fault has no place in our code: its stack would only be noise. */
function withoutStack({ err, ...fields }: { err?: unknown }): object {
  const code = err instanceof Error && "code" in err ? err.code : undefined;
  return { ...fields, error: code ?? thrownInOneLine(err) };
}

function logRejected(logger: Logger, event: ConnectionRejected): void {
  const path = shownPath(event.path);
  const reason = printable(event.reason, 1000);
  const { remoteAddress, status, origin } = event;
  const fields = {
    path,
    remoteAddress,
    status,
    reason,
    ...(origin === undefined ? {} : { origin: printable(origin) }),
  };
  const line = `ws ${path} from ${shownAddress(remoteAddress)} refused with ${status}: ${reason}`;
  // Most often a page of one's own that the option does not name yet: whoever wonders shall find it.
  if (origin !== undefined && status === 403) logger.warn(fields, line);
  else logger.info(fields, line);
}

function logDropped(logger: Logger, event: DropSignal): void {
  const lost = `${amount(event.messages, "message")} (${bytes(event.bytes)})`;
  const { id, policy } = event;
  logger.warn(
    event,
    `${printable(id)} reads too slowly: ${policy} dropped ${lost}; more of it is counted when it closes`,
  );
}

function logBroker(logger: Logger, event: BrokerChangedSignal): void {
  const { broker, place, state, error } = event;
  const line = `${broker} at ${printable(place)}: ${state === "connecting" && error !== undefined ? "away, trying again" : state}`;
  // Between the processes of `listen({ workers })` there is no way to be lost: it comes and goes with them.
  if (error === undefined) return broker === "workers" ? logger.debug?.(event, line) : logger.info(event, line);
  const { error: _, ...fields } = event;
  logger.warn(withoutStack({ ...fields, err: error }), `${line}: ${thrownInOneLine(error)}`);
}

function logError(logger: Logger, { id, path, error, where }: ErrorSignal): void {
  const shown = path === undefined ? undefined : shownPath(path);
  const place = shown === undefined ? where : `${where} of ${shown}`;
  logger.error({ id, path: shown, where, err: error }, `${place}: ${thrownInOneLine(error)}`);
}

function shownPath(path: string): string {
  return printable(maskSecrets(path));
}

/** A unix socket has no address. */
function shownAddress(address: string): string {
  return address === "" ? "local" : printable(address);
}
