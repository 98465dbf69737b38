/** What has gone one way over one connection. */

/** Counted since it opened. Text counts its characters. */
export interface Traffic {
  messages: number;
  bytes: number;
}
