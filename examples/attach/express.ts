/** WebSockets beside an Express app. */

import express from "express";
import { live } from "./live.ts";

const app = express();
app.get("/", (_request, response) => void response.send("Express answers\n"));

const server = app.listen(Number(process.env["PORT"] ?? 5042), () => console.log("listening on", server.address()));

live.attach(server, { prefix: "/live" });
