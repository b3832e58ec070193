// The one registry of issues: code, text and remedy. Canvas, form, CLI and log show the same object.
// `{name}` in a text is filled from the issue's details.

export type IssueLevel = 'error' | 'warning' | 'info'

export interface IssueText {
  readonly level: IssueLevel
  readonly text: string
  readonly remedy: string
}

export const issueTexts = {
  // ---- the document
  FLOW_JSON: { level: 'error', text: 'This is not a JSON document: {reason}', remedy: 'Check the file; export it again where it came from.' },
  FLOW_FORMAT: { level: 'error', text: '{reason}', remedy: 'Correct this place in the flow document; docs/flow-format.md shows every field.' },
  FLOW_VERSION: { level: 'error', text: 'The document has format {found}; this gateway reads format {known}.', remedy: 'Update the gateway, or export the flow from one of the same version.' },
  NODE_ID: { level: 'error', text: "'{id}' cannot be a node's id.", remedy: 'Begin with a letter a to z, then letters, digits, - or _ (64 characters at most).' },
  NODE_TYPE: { level: 'error', text: "No node type '{type}' is installed.", remedy: 'Install it, or replace the node. Its settings are kept.' },
  NODE_VERSION: { level: 'error', text: "'{type}' has version {found} here; this gateway has version {known}.", remedy: 'Update the gateway.' },
  NODE_CONFIG: { level: 'error', text: '{reason}', remedy: 'Correct this setting.' },
  PARAMETER_UNKNOWN: { level: 'error', text: "The flow has no parameter '{name}'.", remedy: "Add it to the flow's parameters, or type a value here." },
  // ---- wires and types
  WIRE_FORMAT: { level: 'error', text: "'{wire}' is not a wire.", remedy: "Write 'node.port -> node.port'." },
  WIRE_NODE: { level: 'error', text: "The wire '{wire}' names a node '{node}' that is not in the flow.", remedy: 'Remove the wire or add the node.' },
  WIRE_PORT: { level: 'error', text: "'{node}' has no {direction} '{port}'.", remedy: 'Connect one of: {ports}.' },
  WIRE_DUPLICATE: { level: 'warning', text: "The wire '{wire}' is there twice.", remedy: 'Remove one; it counts once.' },
  WIRE_CYCLE: { level: 'error', text: 'The wires form a loop: {path}.', remedy: 'Break it with a node that delays.' },
  PORT_KIND: { level: 'error', text: '{from} cannot feed {to}.', remedy: '{hint}' },
  PORT_UNIT: { level: 'error', text: '{from} cannot feed {to}.', remedy: '{hint}' },
  PORT_CONVERT: { level: 'error', text: '{from} feeds {to}: the same quantity in another unit.', remedy: 'Insert a Convert node.' },
  PORT_MIXED: { level: 'error', text: 'This input gets several units: {units}.', remedy: 'Convert them to one unit first.' },
  PORT_UNRESOLVED: { level: 'warning', text: "The type of '{port}' is not known before it runs.", remedy: 'Each sample is checked as it comes. Wire its input, or complete its settings.' },
  PORT_OPEN: { level: 'error', text: "The input '{port}' needs a wire.", remedy: 'Connect something to it.' },
  UNIT_UNKNOWN: { level: 'error', text: "'{unit}' is not a unit.", remedy: "Use a UCUM code such as 'Cel', 'bar', 'mm/s', 'Hz', '%' or '1'." },
  // ---- connections, secrets, models
  CONNECTION_UNKNOWN: { level: 'error', text: "No connection '{name}'.", remedy: 'Choose a connection of this gateway, or add one.' },
  CONNECTION_TYPE: { level: 'error', text: "'{name}' is a {found} connection; this node needs {needed}.", remedy: 'Choose another connection.' },
  CONNECTION_DIFFERS: { level: 'error', text: "The flow's copy of '{name}' differs from the gateway's ({fields}).", remedy: "Keep the gateway's, or change the gateway's connection first." },
  CONNECTION_FAILED: { level: 'error', text: "'{name}' cannot be reached: {reason}", remedy: 'Check address, cable and power. Headgate keeps trying.' },
  SECRET_UNKNOWN: { level: 'error', text: "No secret '{name}' is stored on this gateway.", remedy: 'Store it under this name (Settings, Secrets).' },
  MODEL_UNKNOWN: { level: 'error', text: "No model '{name}' is on this gateway.", remedy: 'Choose one of: {models}.' },
  MODEL_LOAD: { level: 'error', text: "The model '{name}' does not load: {reason}", remedy: 'Export it again as plain ONNX (opset 21 or lower, tensors in and out).' },
  // ---- at run time
  SAMPLE_TYPE: { level: 'warning', text: "'{port}' takes {expected}; it got {found}.", remedy: 'Convert or parse the value before this node.' },
  SAMPLE_AHEAD: { level: 'warning', text: "A source's clock is {aheadMs} ms ahead of the gateway's.", remedy: 'Set the clock of the device. Its samples get the gateway\'s time and are uncertain.' },
  NODE_FAILED: { level: 'error', text: '{reason}', remedy: 'See the log. The sample is counted as failed.' },
  NODE_OPEN: { level: 'error', text: 'This node did not start: {reason}', remedy: 'Correct the cause and deploy again. What ran before keeps running.' },
  NODE_KEYS: { level: 'error', text: 'More than {limit} tags reach this node.', remedy: 'Check that tags are not made from values; split the flow.' },
  NO_OUTCOME: { level: 'error', text: '{count} samples left this node without an outcome.', remedy: 'This is a fault of the node type; report it.' },
  DECODE: { level: 'warning', text: 'A message could not be read: {reason}', remedy: 'Choose the payload format that the device sends.' },
  DEVICE_EXCEPTION: { level: 'error', text: 'The device refuses: {reason}', remedy: 'Check address, function and access rights in the device manual.' },
  DATA_STALE: { level: 'warning', text: 'No fresh data for {ageS} s.', remedy: 'Check the device.' },
  ENGINE_DOWN: { level: 'error', text: 'The engine stopped ({reason}) and is restarted.', remedy: 'Nothing to do if it stays up. If it repeats, roll back the last deploy.' },
  GUARD_DENIED: { level: 'warning', text: 'Not written: {reason}', remedy: 'See the envelope of this actuator.' },
  GUARD_READBACK: { level: 'error', text: 'The device holds {found} after {written} was written.', remedy: 'Check that nobody else writes this point.' },
  // ---- the gateway
  DEPLOY_CONFLICT: { level: 'error', text: 'Version {running} is running; this draft was made from version {basedOn}.', remedy: 'Look at what changed, then deploy on top of it or discard the draft.' },
  FLOW_UNKNOWN: { level: 'error', text: "No flow '{id}' on this gateway.", remedy: 'Choose another flow.' },
  VERSION_UNKNOWN: { level: 'error', text: 'Version {version} does not exist.', remedy: 'Choose one from the history.' },
  PORT_IN_USE: { level: 'error', text: 'Port {port} is in use on {host}.', remedy: 'Stop the other program, or start with --port.' },
  AUTH_NEEDED: { level: 'error', text: 'Not signed in.', remedy: 'Sign in.' },
  AUTH_FAILED: { level: 'error', text: 'User or password is wrong.', remedy: 'Try again.' },
  AUTH_DENIED: { level: 'error', text: "Your role '{role}' may not do this.", remedy: 'Ask an administrator.' },
  AUTH_ORIGIN: { level: 'error', text: 'This request comes from another site.', remedy: "Open the editor at the gateway's own address." },
  CLAIM_TOKEN: { level: 'error', text: 'The claim token is wrong, or the gateway is claimed already.', remedy: "Read it from the gateway's console or the file 'claim-token' in its data folder." },
  REQUEST: { level: 'error', text: '{reason}', remedy: 'Correct the request.' },
  INTERNAL: { level: 'error', text: 'The gateway failed: {reason}', remedy: 'See the log; report it if it repeats.' },
} as const satisfies Record<string, IssueText>

export type IssueCode = keyof typeof issueTexts

/** Where it is. `field` is a JSON pointer into the node's config ('/tags/0/address'), or into the document without a node. */
export interface Place {
  readonly flow?: string
  readonly node?: string
  readonly port?: string
  readonly wire?: string
  readonly field?: string
}

export interface Issue extends Place {
  readonly code: IssueCode
  readonly level: IssueLevel
  readonly text: string
  readonly remedy: string
}

export function issue(code: IssueCode, place: Place = {}, details: Record<string, string | number> = {}): Issue {
  const { level, text, remedy } = issueTexts[code] as IssueText
  const fill = (template: string): string => template.replace(/\{(\w+)\}/g, (whole, name: string) => String(details[name] ?? whole))
  return { code, level, text: fill(text), remedy: fill(remedy), ...place }
}

export const hasErrors = (issues: readonly Issue[]): boolean => issues.some((i) => i.level === 'error')

/** `PORT_UNIT: °C cannot feed bar. At drive.temperature -> press.in. Insert a Convert node.` */
export function formatIssue(i: Issue): string {
  const at = i.wire ?? (i.node === undefined ? i.field : `${i.node}${i.port === undefined ? '' : `.${i.port}`}${i.field ?? ''}`)
  const where = [i.flow, at].filter((x) => x !== undefined && x !== '').join(': ')
  return `${i.code}: ${i.text}${where === '' ? '' : ` At ${where}.`} ${i.remedy}`
}

/** An issue that stops what is under way. */
export class IssueError extends Error {
  readonly issues: readonly Issue[]
  constructor(...issues: Issue[]) {
    super(issues.map(formatIssue).join('\n'))
    this.name = 'IssueError'
    this.issues = issues
  }
}

/** What an unknown thrown value says, in one line. */
export function reasonOf(thrown: unknown): string {
  if (thrown instanceof AggregateError && thrown.errors.length > 0) return reasonOf(thrown.errors[0])
  if (thrown instanceof Error) return (thrown.message || thrown.name).split('\n')[0]!
  return String(thrown)
}
