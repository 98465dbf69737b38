/** The times of messages in order: those that are to be sent, and those whose answers are to come. A ring that grows. */

/** Numbers count from the first message of a connection. */
export class TimeLine {
  /** Of the oldest message without an answer, of the next to send, and of the next to come due. */
  answered = 0;
  sent = 0;
  due = 0;
  #times = new Float64Array(16);

  /** A message is due. */
  push(time: number): void {
    if (this.due - this.answered === this.#times.length) this.#grow();
    this.#times[this.due++ & (this.#times.length - 1)] = time;
  }

  /** When message `index` was due, which is not answered yet. */
  at(index: number): number {
    return this.#times[index & (this.#times.length - 1)]!;
  }

  #grow(): void {
    const longer = new Float64Array(this.#times.length * 2);
    for (let index = this.answered; index < this.due; index++) longer[index & (longer.length - 1)] = this.at(index);
    this.#times = longer;
  }
}
