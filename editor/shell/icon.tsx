// Icons by the names that node definitions use. Imported one by one: all of lucide would be most of the bundle. A name
// that is not here (a node of somebody else's) shows a plain box.
import {
  Activity, AlignHorizontalDistributeCenter, Antenna, ArrowLeftRight, ArrowRightFromLine, ArrowRightToLine, AudioWaveform, Bell, BellRing, Binary, Box,
  Braces, Brain, BrainCircuit, Bug, Cable, Calculator, CalendarClock, Camera, ChartCandlestick, ChartColumn, ChartColumnBig, ChartLine, ChartNoAxesGantt,
  ChartScatter, ChartSpline, CircleDot, CircleGauge, CirclePause, CirclePower, Clock, ClockAlert, Cloud, CloudUpload, Combine, Container, Cpu, Database,
  DoorOpen, Download, Droplets, Equal, EqualNot, Eye, Factory, Fan, FileJson, Filter, Flag, FoldVertical, Gauge, GitBranch, GitCommitVertical, GitFork,
  GitMerge, Globe, Grid3x3, Hand, HardDrive, Hash, History, Hourglass, HouseWifi, Image as ImageIcon, Layers, LetterText, LifeBuoy, List, ListEnd, ListTree,
  LogIn, LogOut, Mail, Merge, MessageSquare, MoveHorizontal, Network, Package, Pencil, PencilLine, Plug, Power, Radio, RadioTower, Repeat, Route, Rows3, Rss,
  Ruler, Scale, Scaling, ScrollText, Send, SeparatorHorizontal, Server, ServerCog, Share2, ShieldCheck, Shuffle, Sigma, Siren, SlidersHorizontal, Split,
  SquareActivity, SquareFunction, StickyNote, Table, Table2, Tag, Tags, Tally5, Terminal, TextSearch, Thermometer, Timer, ToggleLeft, TrafficCone,
  TrendingUp, TriangleAlert, Type as TypeIcon, UnfoldVertical, Ungroup, Unplug, Upload, Variable, Vote, Waves, Webhook, Workflow, Wrench, Zap,
  type LucideIcon,
} from 'lucide-react'

const icons: Readonly<Record<string, LucideIcon>> = {
  activity: Activity, 'align-horizontal-distribute-center': AlignHorizontalDistributeCenter, antenna: Antenna, 'arrow-left-right': ArrowLeftRight,
  'arrow-right-from-line': ArrowRightFromLine, 'arrow-right-to-line': ArrowRightToLine, 'audio-waveform': AudioWaveform, bell: Bell, 'bell-ring': BellRing,
  binary: Binary, box: Box, braces: Braces, brain: Brain, 'brain-circuit': BrainCircuit, bug: Bug, cable: Cable, calculator: Calculator,
  'calendar-clock': CalendarClock, camera: Camera, 'chart-candlestick': ChartCandlestick, 'chart-column': ChartColumn, 'chart-column-big': ChartColumnBig,
  'chart-line': ChartLine, 'chart-no-axes-gantt': ChartNoAxesGantt, 'chart-scatter': ChartScatter, 'chart-spline': ChartSpline, 'circle-dot': CircleDot,
  'circle-gauge': CircleGauge, 'circle-pause': CirclePause, 'circle-power': CirclePower, clock: Clock, 'clock-alert': ClockAlert, cloud: Cloud,
  'cloud-upload': CloudUpload, combine: Combine, container: Container, cpu: Cpu, database: Database, 'door-open': DoorOpen, download: Download,
  droplets: Droplets, equal: Equal, 'equal-not': EqualNot, eye: Eye, factory: Factory, fan: Fan, 'file-json': FileJson, filter: Filter, flag: Flag,
  'fold-vertical': FoldVertical, gauge: Gauge, 'git-branch': GitBranch, 'git-commit-vertical': GitCommitVertical, 'git-fork': GitFork, 'git-merge': GitMerge,
  globe: Globe, 'grid-3x3': Grid3x3, hand: Hand, 'hard-drive': HardDrive, hash: Hash, history: History, hourglass: Hourglass, 'house-wifi': HouseWifi,
  image: ImageIcon, layers: Layers, 'letter-text': LetterText, 'life-buoy': LifeBuoy, list: List, 'list-end': ListEnd, 'list-tree': ListTree,
  'log-in': LogIn, 'log-out': LogOut, mail: Mail, merge: Merge, 'message-square': MessageSquare, 'move-horizontal': MoveHorizontal, network: Network,
  package: Package, pencil: Pencil, 'pencil-line': PencilLine, plug: Plug, power: Power, radio: Radio, 'radio-tower': RadioTower, repeat: Repeat,
  route: Route, 'rows-3': Rows3, rss: Rss, ruler: Ruler, scale: Scale, scaling: Scaling, 'scroll-text': ScrollText, send: Send,
  'separator-horizontal': SeparatorHorizontal, server: Server, 'server-cog': ServerCog, 'share-2': Share2, 'shield-check': ShieldCheck, shuffle: Shuffle,
  sigma: Sigma, siren: Siren, 'sliders-horizontal': SlidersHorizontal, split: Split, 'square-activity': SquareActivity, 'square-function': SquareFunction,
  'sticky-note': StickyNote, table: Table, 'table-2': Table2, tag: Tag, tags: Tags, 'tally-5': Tally5, terminal: Terminal, 'text-search': TextSearch,
  thermometer: Thermometer, timer: Timer, 'toggle-left': ToggleLeft, 'traffic-cone': TrafficCone, 'trending-up': TrendingUp, 'triangle-alert': TriangleAlert,
  type: TypeIcon, 'unfold-vertical': UnfoldVertical, ungroup: Ungroup, unplug: Unplug, upload: Upload, variable: Variable, vote: Vote, waves: Waves,
  webhook: Webhook, workflow: Workflow, wrench: Wrench, zap: Zap,
}

export const hasIcon = (name: string): boolean => Object.hasOwn(icons, name)

/** Decorative: the text beside it says what it is. */
export function Icon({ name, size = 16 }: { readonly name: string; readonly size?: number }) {
  const Found = hasIcon(name) ? icons[name]! : Box
  return <Found size={size} strokeWidth={1.6} aria-hidden="true" />
}
