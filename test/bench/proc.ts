// What Linux tells of running processes: who started whom, memory, CPU time.
import { readdirSync, readFileSync } from 'node:fs'

const text = (file: string): string => {
  try {
    return readFileSync(file, 'utf8')
  } catch {
    return '' // the process has ended, or this may not be read
  }
}
const field = (file: string, name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+)`, 'm').exec(text(file))?.[1] ?? 0)

/** The process and those it started, by what each was started with. */
export function family(pid: number): { readonly pid: number; readonly command: string }[] {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && field(`/proc/${name}/status`, 'PPid') === pid)
  return [{ pid, command: text(`/proc/${pid}/cmdline`).replaceAll('\0', ' ') }, ...children.flatMap((child) => family(Number(child)))]
}

/** Resident memory, and proportional: pages that processes share count once; undefined where the system does not tell. */
export function memory(pids: readonly number[]): { readonly rssMb: number; readonly pssMb: number | undefined } {
  const sum = (file: string, name: string): number => pids.reduce((a, pid) => a + field(`/proc/${pid}/${file}`, name), 0) / 1024
  const pss = sum('smaps_rollup', 'Pss')
  return { rssMb: sum('status', 'VmRSS'), pssMb: pss > 0 ? pss : undefined }
}

/** CPU time of a process and those it started, ms; in steps of 10. */
export function cpuMs(pid: number): number {
  return family(pid).reduce((sum, one) => {
    // After the name in parentheses: state is field 3, user and system time are 14 and 15, in ticks of 10 ms.
    const fields = text(`/proc/${one.pid}/stat`).replace(/^.*\) /s, '').split(' ')
    return sum + 10 * (Number(fields[11] ?? 0) + Number(fields[12] ?? 0))
  }, 0)
}

/** Bytes that this process has caused to be written to a disk since its start. */
export const diskBytes = (): number => field('/proc/self/io', 'write_bytes')

/** CPU time of all threads of a process, ms, to the microsecond: what Linux' scheduler counts. Threads that ended are left out. */
export function runMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const ns = threads.reduce((sum, thread) => sum + Number(text(`/proc/${pid}/task/${thread}/schedstat`).split(' ')[0] ?? 0), 0)
  return ns > 0 ? ns / 1e6 : cpuMs(pid)
}
