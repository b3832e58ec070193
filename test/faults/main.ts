// `npm run test:faults -- [--kills 1000] [--seed N]`: kills the engine that often, at moments drawn from the seed, and
// prints what its books say. Ends with 1 when a promise was broken.
import { parseArgs } from 'node:util'
import { killRun, type KillReport } from './kill.ts'

const say = (text: string): void => void process.stdout.write(`${text}\n`)
const number = (text: string | undefined, otherwise: number): number => {
  const n = text === undefined ? otherwise : Number(text)
  if (!Number.isInteger(n) || n < 0) {
    process.stderr.write('Usage: npm run test:faults -- [--kills 1000] [--seed N]\n')
    process.exit(2)
  }
  return n
}
const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } })
const kills = number(values.kills, 1000)
const seed = number(values.seed, Date.now() % 1_000_000_000)

say(`${kills} kills, seed ${seed}`)
const began = performance.now()
const report = await killRun({
  kills, seed,
  progress: (kill, books) => {
    if (kill % 10 === 0 || kill === kills) say(`${kill} kills, ${books.acknowledged} acknowledged, ${books.arrived} arrived, ${Math.round((performance.now() - began) / 1000)} s`)
  },
})
for (const line of lines(report)) say(line)
process.exit(report.findings.length === 0 ? 0 : 1)

function lines(r: KillReport): string[] {
  const at = (share: number): string => `${Math.round(r.recoveryMs[Math.min(r.recoveryMs.length - 1, Math.floor(r.recoveryMs.length * share))] ?? 0)} ms`
  return [
    '',
    `kills                ${Object.entries(r.kills).map(([moment, n]) => `${moment} ${n}`).join(', ')}; ${r.shut} with the way out shut`,
    `acknowledged         ${r.acknowledged}`,
    `lost                 ${r.lost}`,
    `given again          ${r.redelivered} by the broker, whose acknowledgement died with the engine`,
    `told otherwise       ${r.retold} outputs whose input was not stored yet when the engine was killed, and came again as another sample`,
    `repeated             ${r.repeated}, all of them the same bytes; at most ${r.largestRepeat} by one engine, the oldest after ${(r.oldestRepeatMs / 1000).toFixed(1)} s`,
    `checkpoints          ${r.checkpoints}; ${r.recoveredEntries} entries of the journal taken up`,
    `recovery             median ${at(0.5)}, 95 % ${at(0.95)}, longest ${at(1)} (from the kill to the next new sample)`,
    ...(r.findings.length === 0 ? ['', 'Every promise was kept.'] : ['', 'Broken promises:', ...r.findings.map((f) => `  ${f}`)]),
  ]
}
