// The gateway's log: one JSON line an entry, in a file of the data folder (0600), set aside at start above 10 MB.
import { chmodSync, closeSync, existsSync, openSync, renameSync, statSync } from 'node:fs'
import pino from 'pino'

export type LogLevel = 'error' | 'warning' | 'info'
export interface Log {
  write(level: LogLevel, text: string, thrown?: unknown): void
  close(): void
}

const MAX_BYTES = 10 * 1024 * 1024

export function openLog(file: string): Log {
  if (existsSync(file) && statSync(file).size > MAX_BYTES) renameSync(file, `${file}.1`)
  closeSync(openSync(file, 'a', 0o600))
  chmodSync(file, 0o600)
  const destination = pino.destination({ dest: file, sync: true })
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, destination)
  return {
    write(level, text, thrown) {
      const details = thrown === undefined ? {} : { err: thrown }
      if (level === 'error') logger.error(details, text)
      else if (level === 'warning') logger.warn(details, text)
      else logger.info(details, text)
    },
    close: () => destination.end(),
  }
}
