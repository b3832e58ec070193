// Keeps secrets out of what an engine says: libraries put passwords and addresses with passwords into their errors.
import type { Issue } from '#kit'

/** A shorter one is no secret, and would tear holes into words. */
const SHORTEST = 4
const SHOWN = '•••'

export class Scrubber {
  private readonly values = new Set<string>()

  keep(secrets: Iterable<string>): void {
    for (const secret of secrets) {
      if (secret.length < SHORTEST) continue
      for (const form of [secret, encodeURIComponent(secret.toWellFormed()), JSON.stringify(secret).slice(1, -1), Buffer.from(secret).toString('base64')]) this.values.add(form)
    }
  }

  text(text: string): string {
    let clean = text
    // The longest first: one secret may begin with another.
    for (const value of [...this.values].toSorted((a, b) => b.length - a.length)) clean = clean.replaceAll(value, SHOWN)
    return clean
  }

  /** Of a JSON text its texts alone: a secret may be all digits, and a number must stay one. */
  json(text: string): string {
    if (![...this.values].some((value) => text.includes(value))) return text
    return text.replace(/"(?:[^"\\]|\\.)*"/g, (literal) => this.text(literal))
  }

  issue(i: Issue): Issue {
    return this.values.size === 0 ? i : { ...i, text: this.text(i.text), remedy: this.text(i.remedy) }
  }
}
