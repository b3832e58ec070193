// The gateway's HTTP side: Fastify, its security, the routes, the OpenAPI document, the editor's files and the live socket.
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import cookie from '@fastify/cookie'
import helmet from '@fastify/helmet'
import rateLimit from '@fastify/rate-limit'
import files from '@fastify/static'
import swagger from '@fastify/swagger'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import fastify, { type FastifyInstance, type FastifyReply } from 'fastify'
import type { TSchema } from 'typebox'
import Value from 'typebox/value'
import { issue, IssueError, reasonOf, schemaFaults, Type } from '#kit'
import type { Gateway } from '../gateway.ts'
import type { Lab } from '../lab/lab.ts'
import type { Auth } from './contract.ts'
import { failureOf } from './errors.ts'
import { installLive, type Live } from './live.ts'
import { accountRoutes } from './routes-account.ts'
import { certificateRoutes } from './routes-certificates.ts'
import { draftRoutes } from './routes-drafts.ts'
import { deviceRoutes } from './routes-devices.ts'
import { expressionRoutes } from './routes-expressions.ts'
import { exampleRoutes } from './routes-examples.ts'
import { flowRoutes } from './routes-flows.ts'
import { labRoutes } from './routes-lab.ts'
import { trialRoutes } from './routes-trial.ts'
import { plantRoutes } from './routes-plant.ts'
import { ErrorSchema } from './schemas.ts'
import { installSecurity, type Reach } from './security.ts'

export interface ApiOptions extends Reach {
  readonly gateway: Gateway
  readonly auth: Auth
  readonly lab: Lab
  /** The built editor; when it has no index.html the page says how to build it. */
  readonly editorFolder: string
  /** What nobody foresaw, with its stack; for the log, never for the answer. */
  log(text: string, thrown?: unknown): void
}

export interface Api {
  readonly app: FastifyInstance
  readonly live: Live
  /** Resolves with the port. Throws PORT_IN_USE as an IssueError. */
  listen(port: number): Promise<number>
  close(): Promise<void>
}

export type ApiApp = ReturnType<typeof createApp>

function createApp(options: ApiOptions) {
  const app = fastify({
    // Flows are larger, and their routes say so: nobody without a login makes the gateway keep megabytes.
    bodyLimit: 256 * 1024,
    trustProxy: options.behindProxy === undefined ? false : ['loopback', 'linklocal', 'uniquelocal'],
    forceCloseConnections: true,
    requestTimeout: 60_000,
    // An address that cannot be decoded is answered before any route, hook or error handler.
    frameworkErrors: (error, _request, reply) => {
      const { status, body } = failureOf(error)
      return (reply as FastifyReply).code(status).send(body)
    },
    routerOptions: { ignoreTrailingSlash: false, maxParamLength: 200 },
  }).withTypeProvider<TypeBoxTypeProvider>()
  // JSON alone: what a plain form of another site can send without a preflight is refused before it is read.
  app.removeContentTypeParser('text/plain')
  // One interpreting check, the same words as for a node's settings. Queries and paths are texts: they are converted.
  app.setValidatorCompiler(({ schema, httpPart }) => (input: unknown) => {
    const type = schema as TSchema
    const value = httpPart === 'body' ? input : Value.Convert(type, input)
    const faults = schemaFaults(type, value)
    if (faults.length === 0) return { value }
    return { error: new IssueError(...faults.map(({ field, reason }) => issue('REQUEST', { field }, { reason: field === '' ? `The request is not as it must be: ${reason}` : `'${field}': ${reason}` }))) }
  })
  // The schemas of answers are for the OpenAPI document and the tests; nothing is cut from an answer by them.
  app.setSerializerCompiler(() => (data) => JSON.stringify(data))
  return app
}

export async function createApi(options: ApiOptions): Promise<Api> {
  const { gateway, auth } = options
  const app = createApp(options)

  app.setErrorHandler((error, request, reply) => {
    // Our own errors arrive as they are, or wrapped by Fastify's validation.
    const cause = error instanceof Error && error.cause instanceof IssueError ? error.cause : error
    const { status, body, unexpected } = failureOf(cause)
    if (unexpected) options.log(`${request.method} ${request.routeOptions.url ?? '?'} failed: ${reasonOf(error)}`, error)
    return reply.code(status).send(body)
  })
  app.setNotFoundHandler((request, reply) => {
    const { status, body } = failureOf(new IssueError(issue('ROUTE_UNKNOWN', {}, { path: request.url.split('?')[0]!.slice(0, 200) })))
    return reply.code(status).send(body)
  })

  await app.register(cookie)
  await app.register(helmet, {
    contentSecurityPolicy: {
      useDefaults: false,
      directives: {
        defaultSrc: ["'self'"],
        scriptSrc: ["'self'"],
        styleSrc: ["'self'"],
        imgSrc: ["'self'", 'data:', 'blob:'],
        fontSrc: ["'self'"],
        connectSrc: ["'self'"],
        workerSrc: ["'self'", 'blob:'],
        objectSrc: ["'none'"],
        baseUri: ["'none'"],
        formAction: ["'self'"],
        frameAncestors: ["'none'"],
      },
    },
    // Without TLS this header would lock people out of a gateway that they reach over plain HTTP.
    strictTransportSecurity: options.behindProxy?.startsWith('https:') ?? false,
    xFrameOptions: { action: 'deny' },
    crossOriginEmbedderPolicy: false,
    referrerPolicy: { policy: 'no-referrer' },
  })
  await app.register(rateLimit, { global: false })
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: { title: 'Headgate', version: gateway.version, description: 'The API of a Headgate gateway. Every answer that is not 2xx is a list of issues. What changes something needs the Origin header of the gateway itself.', license: { name: 'Apache-2.0', identifier: 'Apache-2.0' } },
      components: { securitySchemes: { session: { type: 'apiKey', in: 'cookie', name: 'headgate_session' } } },
      security: [{ session: [] }],
    },
    transform: ({ schema, url, route }) => {
      const { permission } = route.config ?? {}
      const note = permission === 'public' ? 'No login.' : `Permission: ${String(permission)}.`
      return { url, schema: { ...schema, description: [schema?.description, note].filter(Boolean).join(' '), ...(permission === 'public' ? { security: [] } : {}) } }
    },
  })
  await app.register(files, { root: existsSync(options.editorFolder) ? options.editorFolder : import.meta.dirname, serve: false, cacheControl: false, preCompressed: true })
  installSecurity(app, auth, options)
  app.addHook('onSend', async (request, reply) => {
    // What a route lets the browser keep it says itself: the catalogue, which has nothing of a plant.
    if (request.url.startsWith('/api/') && !reply.hasHeader('cache-control')) reply.header('cache-control', 'no-store')
  })

  const live = installLive(app, gateway, auth, options)
  accountRoutes(app, options, live)
  flowRoutes(app, gateway)
  exampleRoutes(app)
  draftRoutes(app, gateway)
  trialRoutes(app, gateway)
  expressionRoutes(app, gateway)
  labRoutes(app, gateway, options.lab)
  plantRoutes(app, gateway)
  deviceRoutes(app, gateway)
  certificateRoutes(app)
  app.get('/api/openapi.json', { config: { permission: 'public' }, schema: { summary: 'This document', response: { 200: Type.Object({}, { additionalProperties: true }), default: ErrorSchema } } }, () => app.swagger())
  editorRoute(app, options.editorFolder)
  await app.ready()

  return {
    app,
    live,
    async listen(port) {
      try {
        await app.listen({ port, host: options.host })
      } catch (thrown) {
        const { code } = thrown as NodeJS.ErrnoException
        if (code === 'EADDRINUSE') throw new IssueError(issue('PORT_IN_USE', {}, { port, host: options.host }))
        if (code === 'EACCES' || code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND') throw new IssueError(issue('LISTEN', {}, { host: options.host, port, reason: reasonOf(thrown) }))
        throw thrown
      }
      return (app.server.address() as { port: number }).port
    },
    async close() {
      live.close()
      await app.close()
    },
  }
}

/** The editor's files; a path without an extension is a place in the editor and gets its page. */
function editorRoute(app: FastifyInstance, folder: string): void {
  app.get<{ Params: { '*': string } }>('/*', { config: { permission: 'public', unclaimed: true }, schema: { hide: true } }, (request, reply) => {
    const path = request.params['*']
    if (path === 'api' || path.startsWith('api/')) return reply.callNotFound()
    const page = path === '' || !/\.[A-Za-z0-9]+$/.test(path)
    if (page && !existsSync(join(folder, 'index.html'))) throw new IssueError(issue('EDITOR_MISSING'))
    // Built assets carry a hash in their name; the page itself must be asked for each time.
    void reply.header('cache-control', path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache')
    return reply.sendFile(page ? 'index.html' : path, folder)
  })
}
