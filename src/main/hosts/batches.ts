/**
 * Gathers what is asked for one by one and sends it together: what comes in the same turn, and what comes while a batch is under way. One
 * batch at a time, so that whoever is asked has time for others in between.
 */
export class Batches<Item, Answer> {
  readonly #send: (items: readonly Item[]) => Promise<Answer>[]
  readonly #most: number
  readonly #waiting: { item: Item; resolve(answer: Promise<Answer>): void }[] = []
  #isSending = false

  /** `send` gives a promise for each item; a batch has at most `most`. */
  constructor(send: (items: readonly Item[]) => Promise<Answer>[], most: number) {
    this.#send = send
    this.#most = most
  }

  add(item: Item): Promise<Answer> {
    const { promise, resolve } = Promise.withResolvers<Answer>()
    this.#waiting.push({ item, resolve })
    if (!this.#isSending) {
      this.#isSending = true
      setImmediate(() => void this.#sendAll())
    }
    return promise
  }

  async #sendAll(): Promise<void> {
    while (this.#waiting.length > 0) {
      const batch = this.#waiting.splice(0, this.#most)
      const answers = this.#send(batch.map(({ item }) => item))
      for (const [index, answer] of answers.entries()) batch[index]?.resolve(answer)
      await Promise.allSettled(answers)
    }
    this.#isSending = false
  }
}
