/** Topics: under which rooms, users and everybody go, here and at the broker. One string for each, that no other has. */

import { BAD_ROOM_NAME, usageError } from "../errors.ts";

/** What can be sent to: a room of a name, or all sockets of a user. */
export interface RoomRef {
  readonly kind: "room" | "user";
  /** The room's name, or the user's id. */
  readonly name: string;
}

/** A room, by its name or by a handle on it; or a user, by a handle. */
export type RoomInput = string | RoomRef;

/** The topic of everybody. */
export const EVERYONE = "*";

/** The topic of a room or a user. Throws a `UsageError` for a name that is no string, or empty. */
export function toTopic(room: RoomInput): string {
  if (typeof room === "string") return topicOf("room", room);
  if (room?.kind !== "room" && room?.kind !== "user") throw usageError(BAD_ROOM_NAME, String(room));
  return topicOf(room.kind, room.name);
}

/** One of these, or several. */
export type RoomsInput = RoomInput | Iterable<RoomInput>;

/** The topics of one, or of several. Throws as `toTopic`. */
export function toTopics(rooms: RoomsInput): readonly string[] {
  const areSeveral = typeof rooms === "object" && rooms !== null && !("kind" in rooms) && Symbol.iterator in rooms;
  return areSeveral ? [...new Set([...rooms].map(toTopic))] : [toTopic(rooms as RoomInput)];
}

/** The topic of this kind and name. Throws as `toTopic`. */
export function topicOf(kind: RoomRef["kind"], name: unknown): string {
  if (typeof name !== "string" || name === "") throw usageError(BAD_ROOM_NAME, JSON.stringify(name) ?? String(name));
  return (kind === "user" ? USER : ROOM) + name;
}

/** The name of the room of a topic; `undefined` for what is no room. */
export function roomNameOf(topic: string): string | undefined {
  return topic.startsWith(ROOM) ? topic.slice(ROOM.length) : undefined;
}

/** The user of a topic; `undefined` for what is none. */
export function userIdOf(topic: string): string | undefined {
  return topic.startsWith(USER) ? topic.slice(USER.length) : undefined;
}

/** Where processes tell each other who comes and goes at a topic. */
export function presenceTopicOf(topic: string): string {
  return PRESENCE + topic;
}

/** The topic whose presence is told there; `undefined` for what is no such place. */
export function topicOfPresence(topic: string): string | undefined {
  return topic.startsWith(PRESENCE) ? topic.slice(PRESENCE.length) : undefined;
}

const ROOM = "r:";
const USER = "u:";
const PRESENCE = "p:";
