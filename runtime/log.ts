// The gateway's log: one JSON line an entry, in a file of the data folder (0600), set aside above 10 MB. A full disk
// costs entries, which are counted, and nothing else.
import { closeSync, fstatSync, openSync, renameSync, writeSync } from 'node:fs'
import pino from 'pino'
import { reasonOf } from '#kit'

export type LogLevel = 'error' | 'warning' | 'info'
export interface Log {
  write(level: LogLevel, text: string, thrown?: unknown): void
  close(): void
}

const MAX_BYTES = 10 * 1024 * 1024

/** Throws when the file cannot be opened. `maxBytes` of it are kept, and as many of the one before. */
export function openLog(file: string, maxBytes = MAX_BYTES): Log {
  let fd: number | undefined
  let bytes = 0
  let lost = 0
  const open = (): number => {
    const opened = openSync(file, 'a', 0o600)
    bytes = fstatSync(opened).size
    return opened
  }
  const setAside = (): void => {
    closeSync(fd!)
    fd = undefined
    renameSync(file, `${file}.1`)
    fd = open()
  }
  fd = open()
  let closed = false
  const logger = pino({ base: null, timestamp: pino.stdTimeFunctions.isoTime }, {
    write(line) {
      if (closed) return
      try {
        fd ??= open()
        if (bytes > maxBytes) setAside()
        // After a loss the last line may be a part of one.
        const text = lost === 0 ? line : `\n${line}`
        const written = writeSync(fd, text)
        bytes += written
        if (written < Buffer.byteLength(text)) throw new Error('the disk is full')
        if (lost === 0) return
        const count = lost
        lost = 0
        logger.warn(`${count} entries are missing here: they could not be written.`)
      } catch (thrown) {
        if (lost++ === 0) process.stderr.write(`headgate: the log ${file} cannot be written: ${reasonOf(thrown)}\n`)
      }
    },
  })
  return {
    write(level, text, thrown) {
      const details = thrown === undefined ? {} : { err: thrown }
      if (level === 'error') logger.error(details, text)
      else if (level === 'warning') logger.warn(details, text)
      else logger.info(details, text)
    },
    close() {
      closed = true
      if (fd !== undefined) closeSync(fd)
      fd = undefined
    },
  }
}
