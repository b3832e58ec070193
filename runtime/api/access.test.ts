// Who may call what: every route, every role, other sites, other names, before and after claiming.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { may, roles, type Permission } from '#format'
import { hostAllowed, hostName, originAllowed } from './security.ts'
import { testApi, testFlow, type TestApi } from './harness.ts'

/** Every route with the permission that it must have. A new route is added here by hand: that is the point. */
const expected: Record<string, Permission | 'public'> = {
  'GET /api/health': 'public', 'POST /api/claim': 'public', 'POST /api/login': 'public', 'GET /api/openapi.json': 'public', 'GET /*': 'public',
  'POST /api/logout': 'view', 'GET /api/session': 'view', 'GET /api/catalogue': 'view', 'GET /api/flows': 'view', 'GET /api/flows/:id': 'view', 'POST /api/check': 'view', 'POST /api/expressions/check': 'view',
  'GET /api/flows/:id/versions': 'view', 'GET /api/flows/:id/versions/:version': 'view', 'GET /api/alarms': 'view', 'GET /api/alarms/log': 'view', 'GET /api/hold': 'view',
  'GET /api/connections': 'view', 'GET /api/connections/:name': 'view', 'GET /api/models': 'view',
  'POST /api/flows/:id/arm': 'operate', 'POST /api/hold': 'operate', 'POST /api/alarms/acknowledge': 'operate', 'POST /api/acts': 'operate',
  'POST /api/flows': 'edit', 'POST /api/flows/:id/deploy': 'edit', 'POST /api/flows/:id/rollback': 'edit', 'DELETE /api/flows/:id': 'edit', 'POST /api/flows/:id/shadow': 'edit', 'DELETE /api/flows/:id/shadow': 'edit', 'GET /api/flows/:id/shadow': 'view', 'GET /api/flows/:id/trial': 'view', 'POST /api/flows/:id/trial': 'operate',
  'GET /api/examples': 'view', 'POST /api/certificates/inspect': 'view',
  'GET /api/drafts': 'view', 'GET /api/drafts/:id': 'view', 'PUT /api/drafts/:id': 'edit', 'DELETE /api/drafts/:id': 'edit',
  'PUT /api/connections/:name': 'edit', 'DELETE /api/connections/:name': 'edit',
  'POST /api/connections/test': 'edit', 'POST /api/connections/browse': 'edit', 'POST /api/connections/:name/trust': 'edit',
  'GET /api/flows/:id/recording': 'view', 'GET /api/flows/:id/recording/samples': 'view', 'DELETE /api/flows/:id/recording': 'edit', 'POST /api/lab/run': 'view', 'POST /api/lab/tests': 'edit', 'POST /api/lab/example': 'view',
  'GET /api/secrets': 'administer', 'PUT /api/secrets/:name': 'administer', 'DELETE /api/secrets/:name': 'administer',
  'GET /api/users': 'administer', 'POST /api/users': 'administer', 'PATCH /api/users/:name': 'administer', 'DELETE /api/users/:name': 'administer', 'GET /api/audit': 'administer',
}
const routes = Object.entries(expected).map(([route, permission]) => {
  const [method, url] = route.split(' ') as [string, string]
  return { route, method, path: url.replace(':id', 'nowhere').replace(':version', '1').replace(':name', 'nobody').replace('*', ''), permission }
})

let api: TestApi
beforeAll(async () => {
  api = await testApi()
})
afterAll(() => api.close())

describe('permissions', () => {
  test('the server has exactly the routes that are listed here, each with its permission', () => {
    const described = Object.entries(api.api.app.swagger().paths ?? {}).flatMap(([url, verbs]) => Object.keys(verbs as object).map((verb) => `${verb.toUpperCase()} ${url.replace(/\{(\w+)\}/g, ':$1')}`))
    expect(described.filter((r) => !r.startsWith('HEAD ')).toSorted()).toEqual(Object.keys(expected).filter((r) => r !== 'GET /*').toSorted())
  })

  test('a route without a permission is refused at start', async () => {
    const { installSecurity } = await import('./security.ts')
    const { default: fastify } = await import('fastify')
    const app = fastify()
    installSecurity(app, api.auth, { host: '127.0.0.1' })
    expect(() => app.get('/api/open', () => 'x')).toThrow('names no permission')
    expect(() => app.get('/api/wrong', { config: { permission: 'toString' as 'view' } }, () => 'x')).toThrow('names no permission')
    await app.close()
  })

  test.each(routes)('$route asks for $permission, and every role gets exactly what it may', async ({ method, path, permission }) => {
    const denied = async (as: (typeof roles)[number] | null) => {
      const { status, body } = await api.call(method, path, as, ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined)
      return { status, code: (body as { issues?: { code: string }[] })?.issues?.[0]?.code }
    }
    const nobody = await denied(null)
    if (permission === 'public') expect(nobody.code).not.toBe('AUTH_NEEDED')
    else expect(nobody).toEqual({ status: 401, code: 'AUTH_NEEDED' })
    if (method === 'POST' && path === '/api/logout') return // it would end the session of the next question
    for (const role of roles) {
      const answer = await denied(role)
      if (permission === 'public' || may(role, permission)) expect(answer.code).not.toBe('AUTH_DENIED')
      else expect(answer).toEqual({ status: 403, code: 'AUTH_DENIED' })
    }
  })
})

describe('before anybody has claimed', () => {
  let fresh: TestApi
  beforeAll(async () => {
    fresh = await testApi({ claimed: false })
  })
  afterAll(() => fresh.close())

  test.each(routes)('$route is served only when it is health, claim or a file', async ({ route, method, path }) => {
    const { status, body } = await fresh.call(method, path, null, ['POST', 'PUT', 'PATCH'].includes(method) ? {} : undefined)
    const code = body?.issues?.[0]?.code
    if (['GET /api/health', 'POST /api/claim', 'GET /*'].includes(route)) expect(code).not.toBe('CLAIM_FIRST')
    else expect({ status, code }).toEqual({ status: 401, code: 'CLAIM_FIRST' })
  })

  test('a wrong token is refused; the right one makes an administrator, once', async () => {
    const wrong = await fresh.call('POST', '/api/claim', null, { token: 'no', user: 'ada', password: 'secret' })
    expect([wrong.status, wrong.body.issues[0].code]).toEqual([403, 'CLAIM_TOKEN'])
    const right = await fresh.call('POST', '/api/claim', null, { token: 'claim-me', user: 'ada', password: 'secret' })
    expect(right.status).toBe(200)
    expect(right.body).toEqual({ user: 'ada', role: 'admin', gateway: 'test', version: '0.0.0' })
    expect(String(right.headers['set-cookie'])).toMatch(/^headgate_session=ada; Path=\/; HttpOnly; SameSite=Strict$/)
    const again = await fresh.call('POST', '/api/claim', null, { token: 'claim-me', user: 'eve', password: 'secret' })
    expect(again.body.issues[0].code).toBe('CLAIM_TOKEN')
    expect((await fresh.call('GET', '/api/session', 'ada' as 'admin')).body.user).toBe('ada')
  })
})

describe('other sites and other names', () => {
  test.each([undefined, 'null', 'http://evil.example', 'https://127.0.0.1:1890', 'http://127.0.0.1:1891', 'http://127.0.0.1:1890.evil.example'])('a change from the origin %s is refused', async (origin) => {
    const { status, body } = await api.call('POST', '/api/hold', 'admin', { held: true }, { origin: origin as string })
    expect([status, body.issues[0].code]).toEqual([403, 'AUTH_ORIGIN'])
    expect(api.engines.calls).not.toContain('hold true')
  })

  test('a name that is not ours is refused, whatever the method (DNS rebinding)', async () => {
    for (const host of ['evil.example', 'evil.example:1890', '127.0.0.1.evil.example', '192.168.0.7:1890', 'user@127.0.0.1']) {
      const { status, body } = await api.call('GET', '/api/health', null, undefined, { host, origin: `http://${host}` })
      expect([status, body.issues[0].code]).toEqual([421, 'AUTH_HOST'])
    }
    for (const host of ['localhost:1890', '[::1]:1890', '127.0.0.1:9999', 'LOCALHOST']) expect((await api.call('GET', '/api/health', null, undefined, { host })).status).toBe(200)
  })

  test('on an open address any IP address is ours, on a named one its name, behind a proxy its name and origin', () => {
    expect(hostAllowed('192.168.0.7:1890', { host: '0.0.0.0' })).toBe(true)
    expect(hostAllowed('evil.example', { host: '0.0.0.0' })).toBe(false)
    expect(hostAllowed('gw.plant.local:1890', { host: 'gw.plant.local' })).toBe(true)
    const proxy = { host: '127.0.0.1', behindProxy: 'https://gw.example.com' }
    expect(hostAllowed('gw.example.com', proxy)).toBe(true)
    expect(originAllowed('https://gw.example.com', 'gw.example.com', proxy)).toBe(true)
    expect(originAllowed('https://evil.example', 'gw.example.com', proxy)).toBe(false)
    expect(hostName('user@evil')).toBeUndefined()
    expect(hostName('[::1]:1890')).toBe('::1')
  })
})

describe('answers', () => {
  test('every answer carries a policy without inline scripts, frames or other origins', async () => {
    for (const url of ['/api/health', '/', '/api/nowhere']) {
      const { headers } = await api.call('GET', url)
      const policy = String(headers['content-security-policy'])
      expect(policy).toContain("default-src 'self'")
      expect(policy).toMatch(/script-src 'self'(;|$)/)
      expect(policy).toMatch(/style-src 'self'(;|$)/)
      expect(policy).toContain("frame-ancestors 'none'")
      expect(policy).not.toMatch(/script-src[^;]*unsafe/)
      expect(headers['x-content-type-options']).toBe('nosniff')
    }
  })

  test('what is broken or too large is a 4xx with an issue', async () => {
    const broken = await api.call('POST', '/api/login', null, '{"user":', { 'content-type': 'application/json' })
    expect([broken.status, broken.body.issues[0].code]).toEqual([400, 'REQUEST'])
    const large = await api.call('POST', '/api/check', 'editor', { flow: { headgate: 1, name: 'x'.repeat(9 * 1024 * 1024) } })
    expect([large.status, large.body.issues[0].code]).toEqual([413, 'REQUEST'])
    // Only who may send a flow may send much.
    const unknown = await api.call('POST', '/api/login', null, { user: 'x'.repeat(300 * 1024), password: 'x' })
    expect([unknown.status, unknown.body.issues[0].code]).toEqual([413, 'REQUEST'])
    const undecodable = await api.call('GET', '/api/%zz', null)
    expect([undecodable.status, undecodable.body.issues[0].code]).toEqual([400, 'REQUEST'])
    const wrong = await api.call('POST', '/api/users', 'admin', { name: 'bob', password: 'secret', role: 'king', extra: 1 })
    expect(wrong.status).toBe(400)
    expect(wrong.body.issues.map((i: { field: string }) => i.field)).toEqual(expect.arrayContaining(['/role', '/extra']))
    const text = await api.call('POST', '/api/hold', 'operator', 'held=true', { 'content-type': 'text/plain' })
    expect(text.status).toBe(415)
  })

  test('an unforeseen failure shows no stack, and is logged', async () => {
    const failing = await testApi()
    failing.store.close()
    const { status, body } = await failing.call('GET', '/api/connections', 'viewer')
    expect([status, body.issues[0].code]).toEqual([500, 'INTERNAL'])
    expect(JSON.stringify(body)).not.toMatch(/database|\.ts|at /)
    expect(failing.logged.join('\n')).toContain('/api/connections')
    await failing.api.close()
  })

  test('guessing passwords is slowed down', async () => {
    const guess = () => api.call('POST', '/api/login', null, { user: 'admin', password: 'wrong' })
    const answers = []
    for (let i = 0; i < 11; i++) answers.push(await guess())
    expect(answers[0]!.body.issues[0].code).toBe('AUTH_FAILED')
    expect([answers[10]!.status, answers[10]!.body.issues[0].code]).toEqual([429, 'AUTH_THROTTLED'])
  })

  test('signing out ends the session', async () => {
    api.auth.sessions.add('viewer')
    expect((await api.call('POST', '/api/logout', 'viewer')).status).toBe(204)
    expect((await api.call('GET', '/api/session', 'viewer')).status).toBe(401)
    api.auth.sessions.add('viewer')
  })
})

describe('the OpenAPI document', () => {
  test('tells every route, its permission, its request and its answers', async () => {
    const { status, body } = await api.call('GET', '/api/openapi.json')
    expect(status).toBe(200)
    expect(body.openapi).toBe('3.1.0')
    for (const { route, permission } of routes.filter(({ route }) => route !== 'GET /*')) {
      const [method, url] = route.split(' ') as [string, string]
      const verb = body.paths[url.replace(/:(\w+)/g, '{$1}')]?.[method.toLowerCase()]
      expect(verb, route).toBeDefined()
      expect(verb.description).toContain(permission === 'public' ? 'No login.' : `Permission: ${permission}.`)
      if (['POST', 'PUT', 'PATCH'].includes(method) && url !== '/api/logout') expect(verb.requestBody, route).toBeDefined()
    }
  })
})

describe('the editor', () => {
  test('its files are served, places in it get its page, what is missing is a 404, and nothing outside is reached', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'headgate-editor-'))
    await mkdir(join(folder, 'dist/assets'), { recursive: true })
    await writeFile(join(folder, 'dist/index.html'), '<!doctype html><title>Headgate</title>')
    await writeFile(join(folder, 'dist/assets/main-1.js'), 'export {}')
    await writeFile(join(folder, 'secret.txt'), 'not for you')
    const served = await testApi({ claimed: false, editorFolder: join(folder, 'dist') })
    for (const url of ['/', '/flows/pump', '/index.html']) {
      const page = await served.call('GET', url)
      expect([page.status, page.body, page.headers['cache-control']]).toEqual([200, '<!doctype html><title>Headgate</title>', 'no-cache'])
    }
    await writeFile(join(folder, 'dist/assets/main-2.js'), 'plain')
    await writeFile(join(folder, 'dist/assets/main-2.js.gz'), 'packed')
    const packed = await served.api.app.inject({ method: 'GET', url: '/assets/main-2.js', headers: { host: '127.0.0.1:1890', 'accept-encoding': 'gzip' } })
    expect([packed.statusCode, packed.headers['content-encoding'], packed.headers['content-type'], packed.body]).toEqual([200, 'gzip', 'application/javascript; charset=utf-8', 'packed'])
    const plain = await served.api.app.inject({ method: 'GET', url: '/assets/main-2.js', headers: { host: '127.0.0.1:1890' } })
    expect([plain.headers['content-encoding'], plain.headers['vary'], plain.body]).toEqual([undefined, 'accept-encoding', 'plain'])
    const asset = await served.call('GET', '/assets/main-1.js')
    expect([asset.status, String(asset.headers['cache-control'])]).toEqual([200, 'public, max-age=31536000, immutable'])
    for (const url of ['/assets/gone.js', '/../secret.txt', '/%2e%2e/secret.txt', '/assets/..%2f..%2fsecret.txt', '/api/nowhere', '/api']) {
      const gone = await served.call('GET', url)
      expect(gone.status, url).toBeGreaterThanOrEqual(400)
      expect(JSON.stringify(gone.body)).not.toContain('not for you')
    }
    await served.close()
    await rm(folder, { recursive: true })
  })

  test('one that is not built says how to build it', async () => {
    const { status, body } = await api.call('GET', '/')
    expect(status).toBe(503)
    expect(body.issues[0].code).toBe('EDITOR_MISSING')
  })
})

test('a deploy names its author in the history and the audit trail', async () => {
  expect((await api.call('POST', '/api/flows', 'editor', { flow: testFlow('authored') })).status).toBe(200)
  expect((await api.call('GET', '/api/flows/authored/versions', 'viewer')).body[0].author).toBe('editor')
  expect((await api.call('GET', '/api/audit?limit=5', 'admin')).body).toEqual(expect.arrayContaining([expect.objectContaining({ user: 'editor', act: 'deploy', subject: 'authored' })]))
})
