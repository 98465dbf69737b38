/** How an app gets its broker: before it listens, while it is attached, when it is asked; and what is told and logged of it. */

import { createServer } from "node:http";
import { connect } from "node:net";
import { describe, expect, onTestFinished, test } from "vitest";
import { BROKER_UNREACHABLE, brokerError } from "../../../src/errors.ts";
import type { AppOptions, Broker } from "../../../src/index.ts";
import { memory, openRooms } from "../../../src/index.ts";
import { testApp } from "../../support/app-server.ts";
import { eventually } from "../../support/eventually.ts";
import { LineLog } from "../../support/listening-app.ts";
import { uncaught } from "../../support/uncaught.ts";
import { WsPeer } from "../../support/ws-peer.ts";

/** A broker in memory that cannot be reached yet. */
function cutOff() {
  const broker = memory();
  broker.cut();
  return broker;
}

/** A port that was free a moment ago. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Whether anybody listens there. */
function isBound(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
    socket.once("connect", () => resolve(true)).once("error", () => resolve(false));
    socket.once("connect", () => socket.destroy());
  });
}

function loggingApp(options: AppOptions) {
  const log = new LineLog();
  return { ...testApp({ logger: log, ...options }), log };
}

const AWAY = "memory at this process cannot be reached: it was cut off";

describe("app.broker", () => {
  test("without one is this process, and connected", async () => {
    const { app, heard } = testApp();

    expect(app.broker).toMatchObject({ name: "memory", place: "this process", state: "connected" });
    await app.broker.connect();
    expect(heard.all("brokerChanged")).toEqual([]);
  });

  test("says in every state what it is, and each change is heard", async () => {
    const broker = memory();
    const { app, heard } = testApp({ broker });
    const states: string[] = [app.broker.state];
    const connecting = app.broker.connect();
    states.push(app.broker.state);
    await connecting;
    states.push(app.broker.state);
    broker.cut();
    states.push(app.broker.state);
    broker.mend();
    states.push(app.broker.state);
    await app.close();
    states.push(app.broker.state);

    expect(states).toEqual(["idle", "connecting", "connected", "connecting", "connected", "closed"]);
    expect(
      heard.all("brokerChanged").map(({ state, error }) => [state, (error as Error | undefined)?.message]),
    ).toEqual([
      ["connecting", undefined],
      ["connected", undefined],
      ["connecting", "everything needs memory at this process, which is away now"],
      ["connected", undefined],
      ["closed", undefined],
    ]);
    expect(heard.all("brokerChanged")[0]).toEqual({ broker: "memory", place: "this process", state: "connecting" });
  });

  test("of a mounted app is that of the app above", async () => {
    const [above, below] = [testApp({ broker: memory() }), testApp()];
    above.app.route("/below", below.app);

    await above.app.broker.connect();

    expect(below.app.broker).toBe(above.app.broker);
  });
});

describe("listen", () => {
  test("connects with the broker first", async () => {
    const broker = memory();
    const { app } = testApp({ broker });

    await app.listen({ port: 0, signals: false });

    expect([app.broker.state, broker.processes.length]).toEqual(["connected", 1]);
  });

  test("rejects when it cannot be reached, before the port is bound; once it can be, listening works", async () => {
    const broker = cutOff();
    const { app, heard } = testApp({ broker });
    const port = await freePort();

    await expect(app.listen({ port, signals: false })).rejects.toMatchObject({
      name: "BrokerError",
      code: "BROKER_UNREACHABLE",
      message: AWAY,
    });
    expect([await isBound(port), app.ready, app.broker.state]).toEqual([false, false, "idle"]);
    expect(heard.all("listening")).toEqual([]);
    broker.mend();
    await app.listen({ port: 0, signals: false });

    expect([app.ready, app.broker.state]).toEqual([true, "connected"]);
  });

  test("tells what is wrong with its options first", async () => {
    const { app } = testApp({ broker: cutOff() });

    await expect(app.listen({ port: 70_000 })).rejects.toMatchObject({ code: "PORT_INVALID" });
    expect(app.broker.state).toBe("idle");
  });

  test("with waitForBroker waits, lets nobody in meanwhile, and logs what it waits for, once", async () => {
    const broker = cutOff();
    const { app, log } = loggingApp({ broker });
    const port = await freePort();

    const listening = app.listen({ port, signals: false, waitForBroker: true });
    await eventually(() => log.lines.length).toBeGreaterThanOrEqual(2);
    expect([await isBound(port), app.ready]).toEqual([false, false]);
    broker.mend();
    await listening;

    expect(await isBound(port)).toBe(true);
    expect(log.lines).toEqual([
      "info: memory at this process: connecting",
      `warn: memory at this process: away, trying again: BrokerError: ${AWAY}`,
      "info: memory at this process: connected",
      `info: listening on http://127.0.0.1:${port}`,
    ]);
  });

  test("with waitForBroker is given up by its signal, and by closing the app", async () => {
    const broker = cutOff();
    const { app, heard } = testApp({ broker });
    const giveUp = new AbortController();

    const listening = app.listen({ port: 0, waitForBroker: true, signal: giveUp.signal });
    await heard.once("brokerChanged", 1);
    giveUp.abort(new Error("enough"));
    await expect(listening).rejects.toThrow("enough");
    const closed = expect(app.listen({ port: 0, waitForBroker: true })).rejects.toMatchObject({
      code: "BROKER_CLOSED",
    });
    await app.close();

    await closed;
    expect([app.ready, heard.all("listening")]).toEqual([false, []]);
  });
});

describe("attach", () => {
  test("connects meanwhile, and tries until it can; nobody has to wait for that", async () => {
    const thrown = uncaught();
    const broker = cutOff();
    const { app, heard } = testApp({ broker });
    app.ws("/ws", async (socket) => {
      const room = socket.join("choir");
      await socket.send(`${room.size}`);
      await socket.closed;
    });
    const server = createServer();
    onTestFinished(() => void server.close());
    app.attach(server);
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { port: number };
    const client = await WsPeer.open(`ws://127.0.0.1:${port}/ws`);
    expect([await client.next(), app.broker.state]).toEqual(["1", "connecting"]);

    broker.mend();
    await app.broker.connect({ wait: true });

    await eventually(() => broker.subscribed.includes("r:choir")).toBe(true);
    expect(heard.all("brokerChanged").map(({ state }) => state)).toEqual(["connecting", "connecting", "connected"]);
    await app.close();
    expect(thrown).toEqual([]);
  });
});

describe("openRooms", () => {
  test("rejects when the broker cannot be reached, and leaves nothing behind", async () => {
    const broker = cutOff();

    await expect(openRooms(broker, { logger: false })).rejects.toMatchObject({ code: "BROKER_UNREACHABLE" });
    broker.mend();

    expect(broker.processes).toEqual([]);
  });

  test("with wait tries until it can, and its log says so", async () => {
    const broker = cutOff();
    const log = new LineLog();

    const opening = openRooms(broker, { wait: true, logger: log });
    await eventually(() => log.of("warn").length).toBe(1);
    broker.mend();
    await using rooms = await opening;

    expect(rooms.broker.state).toBe("connected");
    expect(log.lines.at(-1)).toBe("info: memory at this process: connected");
  });

  test("that is given up does not go on trying", async () => {
    let attempts = 0;
    const broker: Broker = {
      name: "fake",
      place: "nowhere",
      connect: () => {
        attempts++;
        return Promise.reject(brokerError(BROKER_UNREACHABLE, undefined, "fake", "nowhere", "no"));
      },
    };
    const giveUp = new AbortController();
    const heard: string[] = [];
    const observer = { brokerChanged: ({ state }: { state: string }) => heard.push(state) };

    const opening = openRooms(broker, { wait: true, signal: giveUp.signal, logger: false, observer });
    await eventually(() => attempts).toBeGreaterThanOrEqual(2);
    giveUp.abort(new Error("enough"));
    await expect(opening).rejects.toThrow("enough");

    expect(heard.at(-1)).toBe("closed");
  });

  test.each([[undefined], [null], ["redis://localhost"], [{}]])(
    "of %j is an error that says what a broker is",
    async (broker) => {
      await expect(openRooms(broker as never)).rejects.toMatchObject({
        code: "BAD_OPTION",
        message: expect.stringMatching(/^broker is .*, expected what redis\(…\), nats\(…\) or memory\(\) gives$/),
      });
    },
  );

  test("with an option that there is not is an error", async () => {
    await expect(openRooms(memory(), { publishbuffer: 5 } as never)).rejects.toMatchObject({ code: "UNKNOWN_OPTION" });
    await expect(openRooms(memory(), { publishBuffer: 0 })).rejects.toMatchObject({ code: "LIMIT_INVALID" });
    await expect(openRooms(memory(), { publishOverflow: "drop" as never })).rejects.toMatchObject({
      code: "BAD_OPTION",
    });
  });
});
