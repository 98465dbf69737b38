/** The door `antiphon/testing`: a client in memory, a clock that is moved, and a network with faults. */

export { AntiphonError, ConnectError, DisconnectError, HandshakeError, TimeoutError, UsageError } from "../errors.ts";
export { MemoryBroker, type MemoryBrokerOptions, memory } from "../rooms/memory/memory-broker.ts";
export type { HeardError } from "./app/visit-record.ts";
export { ManualClock } from "./manual-clock.ts";
export type { CutHow, FaultBytes, Faults } from "./network/faults.ts";
export type { CloseExpectation, ExpectCloseOptions, ExpectOptions, SilenceOptions } from "./socket/expectations.ts";
export { type SocketNetwork, TestSocket } from "./socket/test-socket.ts";
export { TestClient } from "./test-client.ts";
export type { ConnectTestOptions, HttpTestOptions, TestClientOptions } from "./test-client-options.ts";
