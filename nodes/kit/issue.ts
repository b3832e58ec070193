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
  SUBFLOW_UNKNOWN: { level: 'error', text: "The flow has no subflow '{name}'.", remedy: 'Choose one of: {subflows}.' },
  SUBFLOW_CYCLE: { level: 'error', text: 'A subflow contains itself: {path}.', remedy: 'Take the inner one out.' },
  SUBFLOW_LARGE: { level: 'error', text: 'With its subflows put in, the flow has more than {limit} nodes.', remedy: 'Split the flow.' },
  SUBFLOW_LOOP: { level: 'error', text: 'These nodes can be no subflow: the wires leave them and come back by {path}.', remedy: 'Select what lies between as well, or fewer nodes.' },
  SUBFLOW_USED: { level: 'error', text: "The subflow '{name}' is used by {uses}.", remedy: 'Remove its instances first, or expand them.' },
  LINK_OPEN: { level: 'warning', text: "The link '{name}' has no other end.", remedy: 'Add a {other} node of this name, or remove the link.' },
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
  CONNECTION_NAME: { level: 'error', text: "'{name}' cannot be a connection's name.", remedy: 'Begin with a letter or digit, then letters, digits, blanks, . - or _ (63 characters at most).' },
  CONNECTION_TYPE: { level: 'error', text: "'{name}' is a {found} connection; this node needs {needed}.", remedy: 'Choose another connection.' },
  CONNECTION_DRIVER: { level: 'error', text: "No connection type '{type}' is installed.", remedy: 'Choose one of: {types}.' },
  CONNECTION_DIFFERS: { level: 'warning', text: "The flow's copy of '{name}' differs from the gateway's ({fields}).", remedy: "The gateway's is used, and the copy follows it at the next deploy. To use the flow's, change the gateway's connection." },
  CONNECTION_USED: { level: 'error', text: "'{name}' is used by {flows}.", remedy: 'Change these flows first.' },
  CONNECTION_FAILED: { level: 'error', text: "'{name}' is not available: {reason}", remedy: 'Check address, cable and power. Headgate keeps trying.' },
  BROWSE_FAILED: { level: 'error', text: "'{name}' cannot be browsed here: {reason}", remedy: 'Look at another place, or test the connection.' },
  CERTIFICATE_UNTRUSTED: { level: 'error', text: 'The certificate of {at} is not trusted.', remedy: 'Test the connection, compare the fingerprint with the one that the device shows, and trust it.' },
  CERTIFICATE_TRUST: { level: 'error', text: "The certificate of '{name}' was not trusted: {reason}", remedy: 'Test the connection again and compare the fingerprint with the one that the device shows.' },
  CERTIFICATE_READ: { level: 'error', text: 'This is no certificate that can be used: {reason}', remedy: 'Take the file that its issuer gave you, as PEM text: it begins with -----BEGIN CERTIFICATE-----.' },
  CERTIFICATE_ENDS: { level: 'warning', text: '{what} ends on {date}, in {days} days.', remedy: 'Get a new one and put it into the connection before that day.' },
  CERTIFICATE_ENDED: { level: 'error', text: '{what} ended on {date}.', remedy: 'Get a new one and put it into the connection.' },
  SECRET_READ: { level: 'error', text: "The secret '{name}' cannot be read: {reason}", remedy: 'Restore the key file {file}, or store the secret again.' },
  SECRET_KEY: { level: 'error', text: 'The key file {file} cannot be used: {reason}', remedy: '{hint}' },
  SECRET_UNKNOWN: { level: 'error', text: "No secret '{name}' is stored on this gateway.", remedy: 'Store it under this name (Settings, Secrets).' },
  MODEL_UNKNOWN: { level: 'error', text: "No model '{name}' is on this gateway.", remedy: 'Choose one of: {models}.' },
  MODEL_LOAD: { level: 'error', text: "The model '{name}' does not load: {reason}", remedy: 'Export it again as plain ONNX (opset 21 or lower, tensors in and out).' },
  MODEL_RUN: { level: 'error', text: "The model '{name}' did not run: {reason}", remedy: 'Check what feeds it: element count, order and type, as its card says.' },
  // ---- at run time
  SAMPLE_TYPE: { level: 'warning', text: "'{port}' takes {expected}; it got {found}.", remedy: 'Convert or parse the value before this node.' },
  SAMPLE_AHEAD: { level: 'warning', text: "A source's clock is {aheadMs} ms ahead of the gateway's.", remedy: 'Set the clock of the device. Its samples get the gateway\'s time and are uncertain.' },
  NODE_FAILED: { level: 'error', text: '{reason}', remedy: 'See the log. The sample is counted as failed.' },
  NODE_OPEN: { level: 'error', text: 'This node did not start: {reason}', remedy: 'Correct the cause and deploy again. What ran before keeps running.' },
  NODE_KEYS: { level: 'error', text: 'More than {limit} tags reach this node.', remedy: 'Check that tags are not made from values; split the flow.' },
  NO_OUTCOME: { level: 'error', text: '{count} samples left this node without an outcome.', remedy: 'This is a fault of the node type; report it.' },
  LEDGER: { level: 'error', text: 'The ledger of this node is wrong by {count} samples.', remedy: 'This is a fault of the node type; report it.' },
  DECODE: { level: 'warning', text: 'A message could not be read: {reason}', remedy: 'Choose the payload format that the device sends.' },
  DEVICE_EXCEPTION: { level: 'error', text: 'The device refuses: {reason}', remedy: 'Check address, function and access rights in the device manual.' },
  DATA_STALE: { level: 'warning', text: 'No fresh data for {ageS} s.', remedy: 'Check the device.' },
  ENGINE_DOWN: { level: 'error', text: 'The engine stopped ({reason}) and is restarted.', remedy: 'Nothing to do if it stays up. If it repeats, roll back the last deploy.' },
  JOURNAL_OPEN: { level: 'error', text: 'The journal {file} cannot be opened: {reason}', remedy: 'See that no other engine uses it and that the disk is writable.' },
  JOURNAL_DAMAGED: { level: 'error', text: 'The journal was damaged: {reason}. It was set aside as {file}; {kept}.', remedy: 'Check the disk. What is missing was delivered before but is not processed again.' },
  JOURNAL_WRITE: { level: 'error', text: 'Not stored in {file}: {reason}', remedy: 'Make room on the disk. What is not stored is not acknowledged to its source.' },
  ACT_REFUSED: { level: 'error', text: '{reason}', remedy: "Nothing was changed: '{now}' stays in force. Choose another value." },
  LAB_BUSY: { level: 'error', text: 'The lab is busy: {waiting} runs wait already.', remedy: 'Try again when they are done.' },
  LAB_STOPPED: { level: 'error', text: 'The run was stopped: {reason}.', remedy: 'Choose a shorter time, or mend the node that takes so long.' },
  LAB_NOTHING: { level: 'error', text: 'Nothing is recorded of that time.', remedy: 'Choose a time within the recording.' },
  LAB_INPUT: { level: 'warning', text: "{count} of the recorded inputs were left out: '{at}' is not in this flow.", remedy: 'Keep the id of the source, or replay the flow as it ran.' },
  LAB_STRAYED: { level: 'warning', text: 'The replay could not follow the recording: {count} results did not come again.', remedy: 'What it shows after the first of them may differ from what happened.' },
  TEST_UNKNOWN: { level: 'error', text: "The flow has no test '{name}'.", remedy: 'Choose one of: {tests}.' },
  GUARD_DENIED: { level: 'warning', text: 'Not written: {reason}.', remedy: 'See the envelope of this actuator.' },
  GUARD_READBACK: { level: 'error', text: 'The device holds {found} after {written} was written.', remedy: 'Check that nobody else writes this point.' },
  // ---- trying a draft
  SHADOW_SOURCE: { level: 'warning', text: "The settings of '{node}' differ from the running ones: beside the live flow the draft gets what the running '{node}' reads.", remedy: 'How its new settings read shows only after a deploy.' },
  SHADOW_SILENT: { level: 'warning', text: "'{node}' does not run yet{ports}: it is silent while the draft is tried beside the live flow.", remedy: 'Sources are never opened twice. What it feeds shows only after a deploy.' },
  SHADOW_STATE: { level: 'info', text: 'The running nodes keep state of more than {limit} tags: the draft began without it.', remedy: 'Differences at the beginning come of that.' },
  SHADOW_PORTS: { level: 'info', text: 'Of {ports} ports {limit} are compared.', remedy: 'The others run, too; look at them after a deploy.' },
  SHADOW_ENDED: { level: 'warning', text: 'The draft is not tried any more: {reason}.', remedy: 'The live flow goes on untouched. Mend the cause, then try it again.' },
  SHADOW_NONE: { level: 'error', text: "No draft of '{id}' is tried beside it.", remedy: 'Begin from the deploy dialog.' },
  TRIAL_NONE: { level: 'error', text: "No version of '{id}' is under watch.", remedy: 'A watch begins with a deploy.' },
  TRIAL_FIRST: { level: 'error', text: 'The first version of a flow cannot be watched: there is none to go back to.', remedy: 'Deploy it without the watch.' },
  TRIAL_RETURNED: { level: 'error', text: "Version {version} of '{flow}' did not keep to its criteria: {reason}. Version {previous} runs again.", remedy: 'See the history of the flow and what the log says of that time.' },
  CAPACITY_CPU: { level: 'warning', text: 'This flow is estimated to take {percent} % of a core.', remedy: 'Read less often, or put a rate limit or a window in front of what is costly.' },
  CAPACITY_BUS: { level: 'warning', text: "Requests are estimated to take {percent} % of the time of '{name}'.", remedy: 'Read less often, put registers side by side, or raise the largest gap.' },
  // ---- the gateway
  DEPLOY_CONFLICT: { level: 'error', text: 'Version {running} is running; this draft was made from version {basedOn}.', remedy: 'Look at what changed, then deploy on top of it or discard the draft.' },
  FLOW_UNKNOWN: { level: 'error', text: "No flow '{id}' on this gateway.", remedy: 'Choose another flow.' },
  DRAFT_UNKNOWN: { level: 'error', text: "There is no draft of '{id}' on this gateway.", remedy: 'Open the flow as it runs.' },
  DRAFT_CONFLICT: { level: 'error', text: '{author} {what} this draft meanwhile.', remedy: 'The editor puts both together; then save again.' },
  DRAFT_LIMIT: { level: 'error', text: 'The gateway keeps {limit} drafts, and has them.', remedy: 'Deploy or remove drafts that nobody needs. This one stays in the browser.' },
  DRAFT_CLASH: { level: 'error', text: '{what}: here it is {mine}, {author} made it {theirs}.', remedy: 'Choose one of the two. Until then nothing of it is saved on the gateway.' },
  VERSION_UNKNOWN: { level: 'error', text: 'Version {version} does not exist.', remedy: 'Choose one from the history.' },
  DATA_FOLDER: { level: 'error', text: 'The data folder {folder} cannot be used: {reason}', remedy: 'See that it can be written by this user, or start with --data.' },
  DATA_IN_USE: { level: 'error', text: 'Another gateway is using the data folder {folder}.', remedy: 'Stop the other gateway, or start with another --data.' },
  STORE_DAMAGED: { level: 'error', text: '{file} is damaged: {reason}', remedy: 'Check the disk and restore this file from a backup. It holds users and flows, so it is never replaced by an empty one.' },
  STORE_VERSION: { level: 'error', text: '{file} was written by a newer Headgate (format {found}; this one knows {known}).', remedy: 'Update the gateway.' },
  STORE_WRITE: { level: 'error', text: 'Not stored in {file}: {reason}.', remedy: 'Make room on the disk and see that it is writable, then try again.' },
  PORT_IN_USE: { level: 'error', text: 'Port {port} is in use on {host}.', remedy: 'Stop the other program, or start with --port.' },
  LISTEN: { level: 'error', text: 'The gateway cannot listen on {host}, port {port}: {reason}', remedy: 'Choose an address of this machine with --host, and a port above 1023 with --port.' },
  PLANT_DOWN: { level: 'warning', text: 'The simulated plant stopped ({reason}).', remedy: 'The gateway goes on without it; start the gateway again to have it back.' },
  AUTH_NEEDED: { level: 'error', text: 'Not signed in.', remedy: 'Sign in.' },
  AUTH_FAILED: { level: 'error', text: 'User or password is wrong.', remedy: 'Try again.' },
  AUTH_DENIED: { level: 'error', text: "Your role '{role}' may not do this.", remedy: 'Ask an administrator.' },
  AUTH_ORIGIN: { level: 'error', text: 'This request comes from another site.', remedy: "Open the editor at the gateway's own address." },
  AUTH_HOST: { level: 'error', text: "This gateway is not called '{host}'.", remedy: 'Open it at the address that it printed at its start, or name its public address with --behind-proxy.' },
  AUTH_THROTTLED: { level: 'error', text: 'Too many tries.', remedy: 'Wait a minute, then try again.' },
  AUTH_LOCKED: { level: 'error', text: 'Too many failed attempts. Wait {seconds} s.', remedy: 'Try again then; an administrator can set a new password.' },
  AUTH_BUSY: { level: 'error', text: 'Too many sign-ins at once.', remedy: 'Try again in a few seconds.' },
  PASSWORD_WEAK: { level: 'error', text: 'This password cannot be used: {reason}', remedy: 'Choose 10 characters or more; several words make a good one.' },
  USER_NAME: { level: 'error', text: "'{name}' cannot be a user's name.", remedy: 'Use 1 to 64 letters, digits or . _ @ -' },
  USER_EXISTS: { level: 'error', text: "There is a user '{name}' already.", remedy: 'Choose another name.' },
  USER_UNKNOWN: { level: 'error', text: "No user '{name}' on this gateway.", remedy: 'Choose another user.' },
  USER_LAST_ADMIN: { level: 'error', text: "'{name}' is the only administrator.", remedy: 'Make another user an administrator first.' },
  CLAIM_TOKEN: { level: 'error', text: 'The claim token is wrong, or the gateway is claimed already.', remedy: "Read it from the gateway's console or the file 'claim-token' in its data folder." },
  CLAIM_FIRST: { level: 'error', text: 'Nobody has claimed this gateway yet.', remedy: "Claim it first: the token is on its console and in the file 'claim-token' in its data folder." },
  HOST_OPEN: { level: 'error', text: 'The gateway is not claimed yet, so it does not listen on {host}, where others could claim it.', remedy: 'Start it without --host and claim it first, or put it behind a proxy with TLS and give its address with --behind-proxy.' },
  ROUTE_UNKNOWN: { level: 'error', text: "There is nothing at '{path}'.", remedy: 'GET /api/openapi.json lists every route.' },
  EDITOR_MISSING: { level: 'error', text: 'The editor is not built.', remedy: "Run 'npm run build', then load this page again." },
  GATEWAY_AWAY: { level: 'error', text: 'The gateway does not answer: {reason}', remedy: 'Check the network and that the gateway runs. The editor keeps trying; the draft is kept in this browser.' },
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
  const fill = (template: string): string => template.replace(/\{(\w+)\}/g, (whole, name: string) => shortened(String(details[name] ?? whole)))
  return { code, level, text: fill(text), remedy: fill(remedy), ...place }
}

/** What a document or a device says may be of any length; an issue is read by a person. */
const LONGEST = 1000
const shortened = (text: string): string => (text.length > LONGEST ? `${text.slice(0, LONGEST)}...` : text)

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
