// The tank's level transmitter, thermometer and valve behind an OPC UA server. README.md has its nodes. No security and
// no login: a simulated device on loopback only. Its own key lies in a temporary folder that goes with it.
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import path from 'node:path'
import {
  DataType, get_mini_nodeset_filename, makeEUInformation, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, RegisterServerMethod, SecurityPolicy, standardUnits, StatusCodes, Variant,
} from 'node-opcua'
import type { Clock } from './clock.ts'
import { host, listen, type PortChoice } from './listen.ts'
import { random } from './vibration.ts'
import { tankHeightM, type World } from './world.ts'

export const namespaceUri = 'urn:headgate:plant'
const updateMs = 250
/** The level's cable has a loose contact: every so many simulated ms it is open for a while. */
const looseEveryMs = 45_000
const looseForMs = 3_000
/** What an open 4..20 mA loop reads as with a range of 0..4 m: 0 mA. */
const openLoopM = -1

export interface Tank {
  readonly port: number
  close(): Promise<void>
}

/** Whether the level's cable is open at this simulated time. */
export function levelIsOpen(timeMs: number): boolean {
  return timeMs % looseEveryMs >= looseEveryMs - looseForMs
}

/** Starts the tank's server. Throws an Error of one line when it cannot listen. */
export async function startTank(world: World, clock: Clock, port: PortChoice, seed: number): Promise<Tank> {
  const folder = await mkdtemp(path.join(tmpdir(), 'headgate-plant-'))
  try {
    const { server, port: number } = await listen('OPC UA server', port, (candidate) => open(folder, candidate))
    const stop = addNodes(server, world, clock, seed)
    return {
      port: number,
      async close() {
        stop()
        await server.shutdown(0)
        await rm(folder, { recursive: true, force: true })
      },
    }
  } catch (error) {
    await rm(folder, { recursive: true, force: true })
    throw error
  }
}

async function open(folder: string, port: number): Promise<{ server: OPCUAServer }> {
  const certificates = (name: string) => new OPCUACertificateManager({ rootFolder: path.join(folder, name), automaticallyAcceptUnknownCertificate: false })
  const server = new OPCUAServer({
    port,
    host,
    hostname: host,
    resourcePath: '/plant',
    // The whole standard nodeset takes 60 MB more, for types that a tank does not have.
    nodesets: [get_mini_nodeset_filename()],
    securityPolicies: [SecurityPolicy.None],
    securityModes: [MessageSecurityMode.None],
    allowAnonymous: true,
    isAuditing: false,
    registerServerMethod: RegisterServerMethod.HIDDEN,
    serverCertificateManager: certificates('server'),
    userCertificateManager: certificates('user'),
    serverInfo: { applicationUri: namespaceUri, productUri: namespaceUri, applicationName: { text: 'Headgate simulated plant' } },
    serverCapabilities: { maxSessions: 20 },
    maxConnectionsPerEndpoint: 20,
  })
  try {
    await server.initialize()
    await server.start()
  } catch (error) {
    await server.shutdown(0)
    throw error
  }
  return { server }
}

/** Adds the tank and keeps its readings up to date until the returned function is called. */
function addNodes(server: OPCUAServer, world: World, clock: Clock, seed: number): () => void {
  const space = server.engine.addressSpace
  if (!space) throw new Error('the OPC UA server has no address space')
  const namespace = space.getOwnNamespace()
  const tank = namespace.addObject({ organizedBy: space.rootFolder.objects, browseName: 'Tank', nodeId: 's=Tank' })
  // 0: a monitored item is told of each change as it comes; otherwise it is sampled.
  const variable = (name: string, description: string, unit: ReturnType<typeof makeEUInformation>, accessLevel: string, minimumSamplingInterval: number) => {
    const made = namespace.addVariable({
      componentOf: tank, browseName: name, nodeId: `s=Tank.${name}`, description, dataType: DataType.Double, accessLevel, userAccessLevel: accessLevel, minimumSamplingInterval,
    })
    namespace.addVariable({ propertyOf: made, browseName: { name: 'EngineeringUnits', namespaceIndex: 0 }, nodeId: `s=Tank.${name}.EngineeringUnits`, dataType: 'EUInformation', value: { dataType: DataType.ExtensionObject, value: unit } })
    return made
  }
  const level = variable('Level', `Level in m, 0 to ${tankHeightM}`, standardUnits.metre, 'CurrentRead', 0)
  const temperature = variable('Temperature', 'Water temperature in Cel', standardUnits.degree_celsius, 'CurrentRead', 0)
  const valve = variable('Valve', 'Opening of the outlet valve in %, 0 to 100', makeEUInformation('P1', '%', 'percent'), 'CurrentRead | CurrentWrite', updateMs)
  valve.bindVariable(
    {
      get: () => new Variant({ dataType: DataType.Double, value: world.valve }),
      set(variant: Variant) {
        const value: unknown = variant.value
        if (typeof value !== 'number') return StatusCodes.BadTypeMismatch
        if (!(value >= 0 && value <= 100)) return StatusCodes.BadOutOfRange
        world.valve = value
        return StatusCodes.Good
      },
    },
    true,
  )

  const noise = random(seed ^ 0x2545f491)
  const update = () => {
    const time = new Date(clock.time())
    const waves = 0.004 * (noise() - 0.5)
    const isOpen = levelIsOpen(world.timeMs)
    const reading = isOpen ? openLoopM : Math.max(0, Math.min(tankHeightM, world.levelM + waves))
    level.setValueFromSource({ dataType: DataType.Double, value: reading }, isOpen ? StatusCodes.BadSensorFailure : StatusCodes.Good, time)
    temperature.setValueFromSource({ dataType: DataType.Double, value: world.waterC + 0.02 * (noise() - 0.5) }, StatusCodes.Good, time)
  }
  update()
  return clock.every(updateMs, update)
}
