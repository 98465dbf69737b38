/** A round-robin proxy of a few lines: WebSockets go to the servers in turn, and past one that is gone. */

import { once } from "node:events";
import { connect, createServer, type Server } from "node:net";

/** A server that hands each connection to one of these ports of this machine. Listen with it, and close it. */
export function roundRobin(ports: readonly number[]): Server {
  let turn = 0;
  return createServer(async (client) => {
    client.on("error", () => client.destroy());
    const [head] = (await once(client, "data").catch(() => [])) as [Buffer?];
    if (head === undefined) return void client.destroy();
    client.pause();
    // A browser opens other connections for the files of the page; which, and how many, nobody knows.
    const start = /^upgrade: *websocket/im.test(head.toString("latin1")) ? turn++ : turn;
    for (let tried = 0; tried < ports.length; tried++) {
      const server = connect(ports[(start + tried) % ports.length]!, "127.0.0.1");
      if (!(await opens(server))) continue;
      server.on("error", () => client.destroy());
      server.on("close", () => client.destroy());
      client.on("close", () => server.destroy());
      server.write(head);
      client.pipe(server).pipe(client);
      return;
    }
    client.destroy();
  });
}

function opens(server: ReturnType<typeof connect>): Promise<boolean> {
  return once(server, "connect").then(
    () => true,
    () => false,
  );
}
