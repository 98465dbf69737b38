/** The one interface that hears of everything the server does: logs, metrics and tools implement it. */

/** How many messages, and the bytes of their payloads, uncompressed. */
export interface Traffic {
  readonly messages: number;
  /** Bytes; text counts its characters, since whoever has a string does not know its bytes. */
  readonly bytes: number;
}

/** A WebSocket was opened: the 101 is on its way. */
export interface ConnectionOpened {
  /** `socket.id`, unique in this process. */
  readonly id: string;
  /** Path and query as the client sent them. They may hold secrets: log them through `maskSecrets`. */
  readonly path: string;
  /** The route's pattern, `/chat/:room`: a label for metrics, since there are few of them. */
  readonly route: string;
  /** The client's address, behind trusted proxies; `""` for a unix socket. */
  readonly remoteAddress: string;
  /** The subprotocol that was chosen; `""` if none. */
  readonly protocol: string;
  /** `"1.1"` or `"2.0"`, as Node says it. */
  readonly httpVersion: string;
  /** Whether messages may be compressed. */
  readonly compression: boolean;
}

/** A WebSocket that was open has ended. */
export interface ConnectionClosed extends ConnectionOpened {
  /** The close code (RFC 6455, 7.1.5); 1005 if there was none in the frame, 1006 if there was no frame. */
  readonly code: number;
  /** The close reason. When it is the peer's, it may hold anything. */
  readonly reason: string;
  /** Whether both sides said goodbye. */
  readonly wasClean: boolean;
  /** Milliseconds from open to closed. */
  readonly duration: number;
  /** What the client sent. */
  readonly received: Traffic;
  /** What was sent to the client. */
  readonly sent: Traffic;
  /** Messages that the slow-consumer policy dropped. */
  readonly dropped: number;
  /** The limit or the rule that the peer broke, if that ended it. A handler's exception is an {@link ErrorSignal}. */
  readonly error?: unknown;
}

/** A request did not become a WebSocket. */
export interface ConnectionRejected {
  /** Path and query as the client sent them. They may hold secrets: log them through `maskSecrets`. */
  readonly path: string;
  /** The client's address, behind trusted proxies; `""` for a unix socket. */
  readonly remoteAddress: string;
  /** The HTTP status that the client got. */
  readonly status: number;
  /** Our words, which name the option that would change it. The client does not get them. */
  readonly reason: string;
  /** The header `Origin`, if it is why. */
  readonly origin?: string | undefined;
}

/** A message was received or sent. */
export interface MessageSignal {
  /** `socket.id`. */
  readonly id: string;
  readonly type: "text" | "binary";
  /** Bytes of the payload, uncompressed; characters, for text. */
  readonly size: number;
}

/** A queue of one connection is full, or has room again. */
export interface BackpressureSignal extends Traffic {
  /** `socket.id`. */
  readonly id: string;
  /** `send`: the peer reads too slowly. `receive`: our handler does, and reading pauses. */
  readonly direction: "send" | "receive";
  readonly state: "full" | "relieved";
}

/** The slow-consumer policy dropped messages. */
export interface DropSignal extends Traffic {
  /** `socket.id`. */
  readonly id: string;
  readonly policy: "drop-oldest" | "drop-newest" | "latest-by-key";
}

/** It has changed how the app stands with its broker. */
export interface BrokerChangedSignal {
  /** What it is: `redis`. */
  readonly broker: string;
  /** Where it is, without secrets. */
  readonly place: string;
  /** `connecting`: on the way, at the start or again; `idle`: given up; `closed`: with the app. */
  readonly state: "idle" | "connecting" | "connected" | "closed";
  /** Why, if it was lost or could not be reached. */
  readonly error?: unknown;
}

/** Messages that other machines did not get, or may not have got. This one delivered them. */
export interface PublicationsLostSignal extends Traffic {
  /**
   * `overflow`: more than `limits.publishBuffer` waited. `unconfirmed`: they were on their way when the broker went away, and
   * nothing is sent twice. `too-large`: the broker takes none of that size (NATS: `max_payload`). `closed`: the app closed first.
   */
  readonly why: "overflow" | "unconfirmed" | "too-large" | "closed";
  /** What the broker's client said, if it did. */
  readonly error?: unknown;
}

/** Where something was thrown. */
export type ErrorPlace =
  | "handler"
  | "middleware"
  /** A callback of the events style. */
  | "event"
  /** A hook of the app: `onError`, `onDrain`, a function in an option. */
  | "hook"
  | "http"
  | "broker"
  | "host"
  | "observer";

/** User code or the host's threw. A client that leaves or breaks a rule is no error. */
export interface ErrorSignal {
  /** `socket.id`, where there is one. */
  readonly id?: string | undefined;
  /** Path and query as the client sent them, where there is a request. */
  readonly path?: string | undefined;
  /** What was thrown: any value. */
  readonly error: unknown;
  readonly where: ErrorPlace;
}

/** Something works, but not as was probably meant. */
export interface WarningSignal {
  /** `socket.id`, where there is one. */
  readonly id?: string | undefined;
  /** A stable name for programs. */
  readonly code: string;
  /** A sentence that names the option. */
  readonly message: string;
}

/** The app takes connections. */
export interface ListeningSignal {
  /** `http://127.0.0.1:5042`, or the path of a unix socket. */
  readonly url: string;
}

/** The app has begun to close. */
export interface DrainingSignal {
  /** Connections that are open. */
  readonly connections: number;
  /** Milliseconds until those that are left are terminated. */
  readonly timeout: number;
}

/** The app has closed. */
export interface AppClosedSignal {
  /** Milliseconds since it began to close. */
  readonly duration: number;
  /** Connections that had to be terminated. */
  readonly terminated: number;
}

/**
 * Hears of everything; every method may be left out, and what is left out costs nothing. A method may also be a getter
 * that is `undefined` while nobody listens: look it up at each call, `observer.messageSent?.({ … })`, so that the event is
 * not even made. What a method throws, or its promise rejects with, never reaches a connection.
 *
 * @example
 * const gauge: Observer = {
 *   connectionOpened: ({ route }) => open.inc({ route }),
 *   connectionClosed: ({ route }) => open.dec({ route }),
 * };
 */
export interface Observer {
  readonly connectionOpened?: Hear<ConnectionOpened> | undefined;
  /** Once for each `connectionOpened`. */
  readonly connectionClosed?: Hear<ConnectionClosed> | undefined;
  readonly connectionRejected?: Hear<ConnectionRejected> | undefined;
  /** For every message: keep it short. */
  readonly messageReceived?: Hear<MessageSignal> | undefined;
  /** For every message: keep it short. */
  readonly messageSent?: Hear<MessageSignal> | undefined;
  readonly backpressure?: Hear<BackpressureSignal> | undefined;
  readonly messagesDropped?: Hear<DropSignal> | undefined;
  readonly brokerChanged?: Hear<BrokerChangedSignal> | undefined;
  readonly publicationsLost?: Hear<PublicationsLostSignal> | undefined;
  readonly error?: Hear<ErrorSignal> | undefined;
  readonly warning?: Hear<WarningSignal> | undefined;
  readonly listening?: Hear<ListeningSignal> | undefined;
  readonly draining?: Hear<DrainingSignal> | undefined;
  readonly closed?: Hear<AppClosedSignal> | undefined;
}

/** A method of an {@link Observer}. It may be asynchronous; nobody waits for it. */
export type Hear<Event> = (event: Event) => unknown;

/** The name of a signal: a method of {@link Observer}, and the end of a channel's name. */
export type SignalName = keyof Observer;

// A record, so that the compiler misses none.
const SIGNALS: Readonly<Record<SignalName, true>> = {
  connectionOpened: true,
  connectionClosed: true,
  connectionRejected: true,
  messageReceived: true,
  messageSent: true,
  backpressure: true,
  messagesDropped: true,
  brokerChanged: true,
  publicationsLost: true,
  error: true,
  warning: true,
  listening: true,
  draining: true,
  closed: true,
};

/** The names of all signals. */
export const signalNames = Object.keys(SIGNALS) as readonly SignalName[];
