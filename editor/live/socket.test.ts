import { beforeEach, describe, expect, it } from 'vitest'
import type { ServerMessage } from '#format'
import { BACK_OFF, createLiveSocket, SILENCE, type LiveSocket, type SocketLike, type SocketState } from './socket.ts'

class FakeSocket implements SocketLike {
  readyState = 0
  onopen: (() => void) | null = null
  onmessage: ((event: { readonly data: unknown }) => void) | null = null
  onclose: ((event: { readonly code: number; readonly reason: string }) => void) | null = null
  onerror: (() => void) | null = null
  readonly sent: unknown[] = []
  closed = false
  send(text: string): void {
    this.sent.push(JSON.parse(text))
  }
  close(): void {
    this.closed = true
    this.readyState = 3
  }
  opens(): void {
    this.readyState = 1
    this.onopen?.()
  }
  says(message: object): void {
    this.onmessage?.({ data: JSON.stringify(message) })
  }
  fails(code = 1006, reason = ''): void {
    this.readyState = 3
    this.onclose?.({ code, reason })
  }
}

let sockets: FakeSocket[]
let timers: Map<number, { run: () => void; ms: number }>
let messages: ServerMessage[]
let states: [SocketState, string][]
let live: LiveSocket
let refuse: boolean

/** Runs the timer that is due next and gives its pause. */
function pass(): number {
  const [id, timer] = [...timers].toSorted((a, b) => a[1].ms - b[1].ms)[0]!
  timers.delete(id)
  timer.run()
  return timer.ms
}

beforeEach(() => {
  sockets = []
  timers = new Map()
  messages = []
  states = []
  refuse = false
  let next = 0
  live = createLiveSocket({
    connect() {
      if (refuse) throw new Error('not allowed')
      sockets.push(new FakeSocket())
      return sockets.at(-1)!
    },
    onMessage: (m) => messages.push(m),
    onState: (state, reason) => states.push([state, reason]),
    setTimer: (run, ms) => { timers.set(++next, { run, ms }); return next },
    clearTimer: (id) => void timers.delete(id as number),
    random: () => 1,
  })
})
const status = { type: 'status', flow: 'pump', version: 1, time: 0, nodes: {}, totals: {} }
const drive = { flow: 'pump', node: 'drive', port: 'vibration' }

describe('the live socket', () => {
  it('watches and taps once it is open, also what was asked for before', () => {
    live.watch('pump')
    live.tap('t1', drive)
    live.start()
    expect(sockets[0]!.sent).toEqual([])
    sockets[0]!.opens()
    live.tap('t2', { ...drive, port: 'speed' })
    live.untap('t1')
    expect(sockets[0]!.sent).toEqual([{ type: 'watch', flow: 'pump' }, { type: 'tap', id: 't1', ...drive }, { type: 'tap', id: 't2', ...drive, port: 'speed' }, { type: 'untap', id: 't1' }])
    expect(states.map(([s]) => s)).toEqual(['connecting', 'open'])
  })

  it('says which nodes are looked at, once, and again after a loss; another flow begins with all of it', () => {
    live.watch('pump')
    live.start()
    sockets[0]!.opens()
    live.look(['drive', 'wear'])
    live.look(['drive', 'wear'])
    live.look([])
    expect(sockets[0]!.sent).toEqual([{ type: 'watch', flow: 'pump' }, { type: 'watch', flow: 'pump', nodes: ['drive', 'wear'] }, { type: 'watch', flow: 'pump', nodes: [] }])
    sockets[0]!.fails()
    pass()
    sockets[1]!.opens()
    expect(sockets[1]!.sent).toEqual([{ type: 'watch', flow: 'pump', nodes: [] }])
    live.watch('fan')
    live.look(null)
    expect(sockets[1]!.sent.slice(1)).toEqual([{ type: 'watch', flow: 'fan' }])
  })

  it('hands over what the gateway says', () => {
    live.start()
    sockets[0]!.opens()
    sockets[0]!.says({ type: 'hold', held: true })
    expect(messages).toEqual([{ type: 'hold', held: true }])
  })

  it('comes back after a loss with growing pauses, and watches and taps again', () => {
    live.watch('pump')
    live.tap('t1', drive)
    live.start()
    sockets[0]!.opens()
    sockets[0]!.fails()
    expect(states.at(-1)).toEqual(['lost', 'the gateway does not answer'])
    const pauses = []
    for (let i = 0; i < 7; i++) {
      pauses.push(pass())
      sockets.at(-1)!.fails()
    }
    expect(pauses).toEqual([500, 1000, 2000, 4000, 8000, BACK_OFF.longest, BACK_OFF.longest])
    pass()
    sockets.at(-1)!.opens()
    expect(sockets.at(-1)!.sent).toEqual([{ type: 'watch', flow: 'pump' }, { type: 'tap', id: 't1', ...drive }])
    sockets.at(-1)!.fails()
    expect(pass()).toBe(BACK_OFF.first) // having been open, it begins anew
  })

  it('says why when the gateway says why', () => {
    live.start()
    sockets[0]!.fails(4401, 'Not signed in.')
    expect(states.at(-1)).toEqual(['lost', 'Not signed in.'])
  })

  it('retries at once when asked', () => {
    live.start()
    sockets[0]!.fails()
    live.retry()
    expect(sockets).toHaveLength(2)
    expect(timers.size).toBe(0)
  })

  it('takes a socket that can not even be made for a lost one', () => {
    refuse = true
    live.start()
    expect(states.at(-1)).toEqual(['lost', 'not allowed'])
    refuse = false
    pass()
    expect(sockets).toHaveLength(1)
  })

  it('asks after a silence, and gives the line up when no answer comes', () => {
    live.watch('pump')
    live.start()
    sockets[0]!.opens()
    sockets[0]!.says(status)
    expect(pass()).toBe(SILENCE.ask)
    expect(sockets[0]!.sent).toHaveLength(2)
    expect(pass()).toBe(SILENCE.dead)
    expect(sockets[0]!.closed).toBe(true)
    expect(states.at(-1)).toEqual(['lost', 'nothing was heard for 15 s'])
  })

  it('goes on when the answer comes', () => {
    live.watch('pump')
    live.start()
    sockets[0]!.opens()
    sockets[0]!.says(status)
    pass()
    sockets[0]!.says(status)
    expect([...timers.values()].map((t) => t.ms)).toEqual([SILENCE.ask])
    expect(states.at(-1)).toEqual(['open', ''])
  })

  it('does not take a gateway for dead that has nothing to tell', () => {
    live.start()
    sockets[0]!.opens()
    live.watch('never-deployed')
    expect(timers.size).toBe(0)
  })

  it('drops a line that carries garbage', () => {
    live.start()
    sockets[0]!.opens()
    sockets[0]!.onmessage?.({ data: '{"type":' })
    expect(states.at(-1)![0]).toBe('lost')
    expect(states.at(-1)![1]).toContain('unreadable')
    expect(messages).toEqual([])
  })

  it('is silent after stop, and starts again with what it knew', () => {
    live.watch('pump')
    live.start()
    const first = sockets[0]!
    first.opens()
    const heard = first.onmessage!
    live.stop()
    live.stop()
    heard({ data: JSON.stringify(status) })
    expect(messages).toEqual([])
    expect(timers.size).toBe(0)
    expect(first.closed).toBe(true)
    live.start()
    sockets[1]!.opens()
    expect(sockets[1]!.sent).toEqual([{ type: 'watch', flow: 'pump' }])
  })

  it('says where it is, and says it again when the line is back', () => {
    live.start()
    sockets[0]!.opens()
    const here = { type: 'here', flow: 'pump', selection: ['a'], pointer: null } as const
    live.here(here)
    expect(sockets[0]!.sent).toEqual([here])
    sockets[0]!.fails()
    live.here({ ...here, selection: ['b'] })
    pass()
    sockets[1]!.opens()
    expect(sockets[1]!.sent).toEqual([{ ...here, selection: ['b'] }])
  })
})
