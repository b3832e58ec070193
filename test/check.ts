// `npm run check`: what must hold before a commit, in a minute or two.
import { finish, staticSteps, testSteps, type Count } from './steps.ts'

const count: Count = { passed: 0, failed: 0 }
await staticSteps(count)
await testSteps(count, false)
finish(count)
