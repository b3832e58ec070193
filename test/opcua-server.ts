// An OPC UA server as a peer, in a process of its own so that it can be killed: node test/opcua-server.ts PORT FOLDER.
// Values are set over IPC; it says { port } once it listens. None and SignAndEncrypt (Basic256Sha256), user 'op'/'pw' or anonymous.
import path from 'node:path'
import { DataType, get_mini_nodeset_filename, makeEUInformation, MessageSecurityMode, OPCUACertificateManager, OPCUAServer, RegisterServerMethod, SecurityPolicy, standardUnits, StatusCodes, VariantArrayType, type UAVariable } from 'node-opcua'

export interface SetMessage {
  readonly name: 'Level' | 'Name' | 'Big'
  readonly value: number | string
  readonly status: 'Good' | 'BadSensorFailure' | 'UncertainLastUsableValue'
  /** ms */
  readonly time: number
}

const [portText, folder] = process.argv.slice(2)
const port = Number(portText)
const store = (name: string, open: boolean): OPCUACertificateManager => new OPCUACertificateManager({ rootFolder: path.join(folder!, name), automaticallyAcceptUnknownCertificate: open })
const server = new OPCUAServer({
  port,
  host: '127.0.0.1',
  hostname: '127.0.0.1',
  nodesets: [get_mini_nodeset_filename()],
  securityPolicies: [SecurityPolicy.None, SecurityPolicy.Basic256Sha256],
  securityModes: [MessageSecurityMode.None, MessageSecurityMode.SignAndEncrypt],
  allowAnonymous: true,
  isAuditing: false,
  userManager: { isValidUser: (user: string, password: string) => user === 'op' && password === 'pw' },
  registerServerMethod: RegisterServerMethod.HIDDEN,
  serverCertificateManager: store('server', true),
  userCertificateManager: store('user', true),
  serverInfo: { applicationUri: 'urn:headgate:test' },
})
await server.initialize()
await server.start()
const space = server.engine.addressSpace!
const namespace = space.getOwnNamespace()
const variables = new Map<string, UAVariable>()
for (const [name, dataType] of [['Level', DataType.Double], ['Name', DataType.String], ['Big', DataType.Int64]] as const) {
  variables.set(name, namespace.addVariable({ organizedBy: space.rootFolder.objects, browseName: name, nodeId: `s=${name}`, dataType, minimumSamplingInterval: 0 }))
}
// What is there to browse: a line with a tank, whose names hold blanks, units of three kinds, and many plain variables.
const line = namespace.addFolder(space.rootFolder.objects, { browseName: 'Line 1', nodeId: 's=Line1' })
const tank = namespace.addObject({ organizedBy: line, browseName: 'Tank 7', nodeId: 's=Tank7' })
const reading = (browseName: string, value: number, unit?: ReturnType<typeof makeEUInformation>, userAccessLevel = 'CurrentRead'): void => {
  const variable = namespace.addVariable({ componentOf: tank, browseName, nodeId: `s=Tank7.${browseName}`, description: `${browseName} of tank 7`, dataType: DataType.Float, userAccessLevel, accessLevel: 'CurrentRead | CurrentWrite', value: { dataType: DataType.Float, value } })
  if (unit) namespace.addVariable({ propertyOf: variable, browseName: { name: 'EngineeringUnits', namespaceIndex: 0 }, nodeId: `s=Tank7.${browseName}.EU`, dataType: 'EUInformation', value: { dataType: DataType.ExtensionObject, value: unit } })
}
reading('Water temperature', 21.5, standardUnits.degree_celsius)
reading('Pressure', 2.5, makeEUInformation('BAR', 'bar', 'bar'), 'CurrentRead | CurrentWrite')
reading('Flow', 12, makeEUInformation('', 'm³/h', 'cubic metre per hour'))
reading('Key', 1, undefined, 'CurrentWrite')
namespace.addVariable({ componentOf: tank, browseName: 'Profile', nodeId: 's=Tank7.Profile', dataType: DataType.Double, valueRank: 1, value: { dataType: DataType.Double, arrayType: VariantArrayType.Array, value: [1, 2, 3] } })
namespace.addMethod(tank, { browseName: 'Empty', nodeId: 's=Tank7.Empty', inputArguments: [], outputArguments: [] })
for (let i = 0; i < 40; i++) namespace.addVariable({ organizedBy: line, browseName: `Point${i}`, nodeId: `s=Point${i}`, dataType: DataType.Int16, value: { dataType: DataType.Int16, value: i } })
function set({ name, value, status, time }: SetMessage): void {
  const dataType = { Level: DataType.Double, Name: DataType.String, Big: DataType.Int64 }[name]
  variables.get(name)!.setValueFromSource({ dataType, arrayType: VariantArrayType.Scalar, value: name === 'Big' ? [0x1, 0x2] : value }, StatusCodes[status], new Date(time))
}
set({ name: 'Level', value: 1.5, status: 'Good', time: 1_700_000_000_000 })
set({ name: 'Name', value: 'tank', status: 'Good', time: 1_700_000_000_000 })
set({ name: 'Big', value: 0, status: 'Good', time: 1_700_000_000_000 })
process.on('message', (message) => set(message as SetMessage))
process.on('disconnect', () => process.exit(0))
process.send!({ port })
