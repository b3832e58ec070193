// `npm test`: everything, with real browsers and peers. Installs Debian's packages that are missing; without one of them
// it fails, it never skips.
import { existsSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { command, finish, staticSteps, testSteps, type Count } from './steps.ts'

const needed = { chromium: 'chromium', mosquitto: 'mosquitto', mosquitto_pub: 'mosquitto-clients', mbpoll: 'mbpoll' }
const say = (text: string): void => void process.stdout.write(`${text}\n`)

// mosquitto lies in /usr/sbin, which not every user's PATH has.
process.env['PATH'] = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/usr/local/sbin'].join(delimiter)
const here = (program: string): boolean => process.env['PATH']!.split(delimiter).some((folder) => existsSync(join(folder, program)))
const missing = (): string[] => Object.entries(needed).filter(([program]) => !here(program)).map(([, name]) => name)

async function setUp(count: Count): Promise<void> {
  const packages = missing()
  if (packages.length > 0) {
    say(`Installing what the tests need: ${packages.join(', ')}`)
    const root = process.getuid?.() === 0
    const apt = (...args: string[]): Promise<number> => (root ? command('apt-get', args, { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }) : command('sudo', ['-n', 'apt-get', ...args]))
    await apt('update', '-qq')
    await apt('install', '-y', '-qq', '--no-install-recommends', ...packages, 'fonts-dejavu-core')
  }
  const left = missing()
  if (left.length > 0) {
    say(`These packages are needed and could not be installed: ${left.join(', ')}. Install them (apt-get install ${left.join(' ')}) and run npm test again.`)
    count.failed++
  } else count.passed++
}

const count: Count = { passed: 0, failed: 0 }
await setUp(count)
await staticSteps(count)
say('\n== editor')
if ((await command(join('node_modules', '.bin', 'vite'), ['build', '--logLevel', 'warn'])) === 0) count.passed++
else count.failed++
await testSteps(count, true)
finish(count)
