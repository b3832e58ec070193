// Example flows, for the editor's gallery.
import { exampleFlows } from '../examples.ts'
import * as s from './schemas.ts'
import type { ApiApp } from './server.ts'

export function exampleRoutes(app: ApiApp): void {
  const examples = exampleFlows()
  app.get('/api/examples', { config: { permission: 'view' }, schema: { summary: 'Example flows to begin from', response: { 200: s.ExamplesAnswer, default: s.ErrorSchema } } }, () => examples())
}
