/** The engine as a client, over a plain TCP socket: `engine-client.ts ws://127.0.0.1:8765 hello`. */

import { randomBytes } from "node:crypto";
import { connect } from "node:net";
import { checkResponse, createUpgrade, defaultLimits, encodeRequestHead, HeadParser } from "antiphon/protocol";
import { runEngine } from "antiphon/protocol/node";

const [url = "ws://127.0.0.1:8765", message = "hello"] = process.argv.slice(2);
const { host, hostname, port, pathname, search } = new URL(url);

const sent = createUpgrade({ http: 1, authority: host, target: pathname + search, nonce: randomBytes(16) });
const socket = connect({ host: hostname, port: Number(port || 80), allowHalfOpen: true });
socket.write(encodeRequestHead(sent));

const parser = HeadParser.ofResponse(defaultLimits);
socket.on("data", function readHead(chunk: Buffer) {
  const head = parser.push(chunk);
  if (head === null) return;
  socket.off("data", readHead);
  if (head.type === "fail") return void socket.destroy(head.error);
  const answer = checkResponse(sent, head);
  if (answer.type !== "open") return void socket.destroy(answer.type === "fail" ? answer.error : undefined);

  const engine = runEngine(socket, {
    role: "client",
    head: head.rest,
    sink: {
      message(data) {
        console.log(data);
        engine.close(1000);
      },
      close: ({ code }) => console.log("closed:", code),
    },
  });
  engine.send(message);
});
