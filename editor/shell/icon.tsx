// Icons by the names that node definitions use. Imported one by one: all of lucide would be most of the bundle. A name
// that is not here (a node of somebody else's) shows a plain box.
import {
  Activity, Antenna, ArrowLeftRight, ArrowRightFromLine, ArrowRightToLine, AudioWaveform, Bell, BellRing, Binary, Box, Braces, Brain, BrainCircuit, Bug, Cable,
  Calculator, Camera, ChartColumn, ChartLine, ChartSpline, CircleDot, Clock, CloudUpload, Combine, Container, Cpu, Database, Download, Droplets, Equal, Eye, Factory,
  Fan, FileJson, Filter, Flag, Gauge, GitBranch, GitCommitVertical, GitFork, GitMerge, Globe, HardDrive, Hash, Hourglass, Image as ImageIcon, Layers, List, LogIn,
  LogOut, Mail, Merge, MessageSquare, MoveHorizontal, Network, Package, Pencil, PencilLine, Plug, Power, Radio, Repeat, Route, Rss, Ruler, Scale, Scaling, ScrollText,
  Send, SeparatorHorizontal, Server, Share2, ShieldCheck, Shuffle, Sigma, SlidersHorizontal, Split, SquareFunction, Table, Tag, Terminal, Thermometer, Timer, ToggleLeft,
  TriangleAlert, Type as TypeIcon, Unplug, Upload, Variable, Waves, Webhook, Workflow, Wrench, Zap,
  RadioTower,
  ServerCog,
  CircleGauge,
  HouseWifi,
  ChartCandlestick,
  CirclePower,
  Hand,
  Cloud,
  Siren,
  type LucideIcon,
} from 'lucide-react'

const icons: Readonly<Record<string, LucideIcon>> = {
  siren: Siren,
  cloud: Cloud,
  hand: Hand,
  'circle-power': CirclePower,
  'chart-candlestick': ChartCandlestick,
  'house-wifi': HouseWifi,
  'circle-gauge': CircleGauge,
  'server-cog': ServerCog,
  'radio-tower': RadioTower,
  activity: Activity, antenna: Antenna, 'arrow-left-right': ArrowLeftRight, 'arrow-right-from-line': ArrowRightFromLine, 'arrow-right-to-line': ArrowRightToLine,
  'audio-waveform': AudioWaveform, bell: Bell, 'bell-ring': BellRing, binary: Binary, box: Box, braces: Braces, brain: Brain, 'brain-circuit': BrainCircuit, bug: Bug,
  cable: Cable, calculator: Calculator, camera: Camera, 'chart-column': ChartColumn, 'chart-line': ChartLine, 'chart-spline': ChartSpline, 'circle-dot': CircleDot,
  clock: Clock, 'cloud-upload': CloudUpload, combine: Combine, container: Container, cpu: Cpu, database: Database, download: Download, droplets: Droplets, equal: Equal,
  eye: Eye, factory: Factory, fan: Fan, 'file-json': FileJson, filter: Filter, flag: Flag, gauge: Gauge, 'git-branch': GitBranch,
  'git-commit-vertical': GitCommitVertical, 'git-fork': GitFork, 'git-merge': GitMerge, globe: Globe, 'hard-drive': HardDrive, hash: Hash, hourglass: Hourglass,
  image: ImageIcon, layers: Layers, list: List, 'log-in': LogIn, 'log-out': LogOut, mail: Mail, merge: Merge, 'message-square': MessageSquare,
  'move-horizontal': MoveHorizontal, network: Network, package: Package, pencil: Pencil, 'pencil-line': PencilLine, plug: Plug, power: Power, radio: Radio,
  repeat: Repeat, route: Route, rss: Rss, ruler: Ruler, scale: Scale, scaling: Scaling, 'scroll-text': ScrollText, send: Send,
  'separator-horizontal': SeparatorHorizontal, server: Server, 'share-2': Share2, 'shield-check': ShieldCheck, shuffle: Shuffle, sigma: Sigma,
  'sliders-horizontal': SlidersHorizontal, split: Split, 'square-function': SquareFunction, table: Table, tag: Tag, terminal: Terminal, thermometer: Thermometer,
  timer: Timer, 'toggle-left': ToggleLeft, 'triangle-alert': TriangleAlert, type: TypeIcon, unplug: Unplug, upload: Upload, variable: Variable, waves: Waves,
  webhook: Webhook, workflow: Workflow, wrench: Wrench, zap: Zap,
}

export const hasIcon = (name: string): boolean => Object.hasOwn(icons, name)

/** Decorative: the text beside it says what it is. */
export function Icon({ name, size = 16 }: { readonly name: string; readonly size?: number }) {
  const Found = hasIcon(name) ? icons[name]! : Box
  return <Found size={size} strokeWidth={1.6} aria-hidden="true" />
}
