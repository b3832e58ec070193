// The drawing. React Flow holds sizes and what is just being dragged; everything else is the draft in the store, and
// every change goes through its actions.
// Longer than 300 lines: where all parts of the drawing meet.
import { useCallback, useEffect, useMemo, useRef, useState, type DragEvent, type KeyboardEvent, type MouseEvent } from 'react'
import { applyNodeChanges, Background, ReactFlow, ReactFlowProvider, useNodesInitialized, useReactFlow, useStoreApi, type Edge, type EdgeChange, type Node, type NodeChange, type OnNodeDrag } from 'reactflow'
import 'reactflow/dist/style.css'
import { MAX_BUNDLE_BYTES, may, SUBFLOW } from '#format'
import { t } from '../language/index.ts'
import { mayEdit } from '../state/change.ts'
import { nothing } from '../state/document.ts'
import { gapOfWire } from '../state/fitting.ts'
import { actions, store, useEditor } from '../state/here.ts'
import { ask, notePointer, pointOf } from './ask.ts'
import { Asked, AskedWire } from './asked.tsx'
import { Arrange } from './arrange.tsx'
import { Banner } from './banner.tsx'
import { Breadcrumb } from './breadcrumb.tsx'
import { COMMENT } from './comment-view.tsx'
import { guessOf } from './cards.ts'
import { Controls, Overview } from './controls.tsx'
import { dragOver, endDragOver } from './drag.ts'
import { DragReason, DropReason } from './drag-reason.tsx'
import { DetailWatch, MANY, useDetail, useFarWires } from './detail.tsx'
import { EdgeView } from './edge-view.tsx'
import { Empty } from './empty.tsx'
import { farWireAt, pointTo, REACH, useFarPointed } from './far-pick.ts'
import { FarWires, nearWires } from './far-wires-view.tsx'
import { inView, MIN_ZOOM } from './fit.ts'
import { InView } from './in-view.ts'
import { edgesOf, NODE, nodesOf, PORTS, withoutGuess } from './graph.ts'
import { NodeMenu, type MenuAt } from './node-menu.tsx'
import { beginGroupDrag, editComment, endGroupDrag, overGroups } from './group-edit.ts'
import { boxIn } from './group-view.tsx'
import { NodeView } from './node-view.tsx'
import { Notices } from './notices.tsx'
import { Others } from './others.tsx'
import { focusInspector } from '../inspector/focus.ts'
import { useLongPress } from './long-press.ts'
import { Spoken } from './spoken.tsx'
import { useConnecting } from './use-connecting.ts'
import { TagDrop } from './tag-drop.tsx'
import { TidyProgress } from './tidy.tsx'
import { PortsView } from './ports-view.tsx'
import { useSpaceHeld } from './space.ts'
import { useFit } from './use-fit.ts'
import { useRoutes } from './use-routes.ts'
import { DRAG_TYPE, draggedType, setViewCentre, viewActs } from './view.ts'
import { Viewports } from './viewports.tsx'
import { TrialStrip } from './trial-strip.tsx'
import { PastStrip } from '../replay/past-strip.tsx'
import { pastOf } from '../state/past.ts'
import { WireCard } from './wire-card.tsx'
import './canvas.css'

const nodeTypes = { [NODE]: NodeView, [PORTS]: PortsView }
const edgeTypes = { [NODE]: EdgeView }
const GRID: [number, number] = [10, 10]
/** Left on the empty canvas, the middle one anywhere; Space with the left one, too. */
const PAN_BUTTONS = [0, 1]

export function Canvas() {
  return (
    <ReactFlowProvider>
      <Drawing />
    </ReactFlowProvider>
  )
}

function Drawing() {
  const flow = useEditor((s) => s.document?.flow)
  const selection = useEditor((s) => s.document?.selection) ?? nothing
  const types = useEditor((s) => s.types)
  const edits = useEditor(mayEdit)
  const lost = useEditor((s) => s.live.state === 'lost')
  const past = useEditor((s) => pastOf(s) !== null)
  // Sizes and drags as React Flow told them; the draft has the rest.
  const [drawn, setDrawn] = useState<Node[]>([])
  const [menu, setMenu] = useState<MenuAt | null>(null)
  const frame = useRef<HTMLDivElement>(null)
  const { screenToFlowPosition } = useReactFlow()
  useReveal()
  useLongPress(frame)

  const nodes = useMemo(() => (flow ? nodesOf(flow, selection, types, drawn, guessOf) : []), [flow, selection, types, drawn])
  // Guessed once a flow: else every look at a large one would make all its cards anew until one of them is measured.
  const opened = flow?.id
  const first = useRef<string | undefined>(undefined)
  useEffect(() => {
    if (first.current === opened) return
    first.current = opened
    setDrawn(nodes)
  }, [opened, nodes])
  const edges = useMemo(() => (flow ? edgesOf(flow, selection) : []), [flow, selection])
  const detail = useDetail()
  const farWires = useFarWires()
  const pointed = useFarPointed()
  const near = useMemo(() => (detail === 'whole' ? edges : nearWires(edges, pointed)), [edges, detail, pointed])
  useRoutes(nodes, edges, detail === 'whole')

  useEffect(() => {
    setViewCentre(() => {
      const box = frame.current?.getBoundingClientRect()
      const { x, y } = screenToFlowPosition({ x: (box?.left ?? 0) + (box?.width ?? 0) / 2, y: (box?.top ?? 0) + (box?.height ?? 0) / 2 })
      return [x, y]
    })
  }, [screenToFlowPosition])

  const onNodesChange = useCallback((changes: NodeChange[]) => {
    const own = changes.filter((c) => c.type === 'position' || c.type === 'dimensions')
    const { document, types: known } = store.getState()
    if (own.length > 0 && document) setDrawn((before) => withoutGuess(applyNodeChanges(own, nodesOf(document.flow, document.selection, known, before, guessOf)), own))
    choose('nodes', changes)
  }, [])
  const onEdgesChange = useCallback((changes: EdgeChange[]) => choose('wires', changes), [])
  const dragged = useCallback<OnNodeDrag>((event, node, all) => {
    const point = pointOf(event)
    overGroups(all)
    if (all.length !== 1 || !point || !isLoose(node.id)) return
    const box = frame.current?.querySelector(`.react-flow__node[data-id="${node.id}"]`)?.getBoundingClientRect()
    const middle = box && box.top + box.height / 2
    dragOver({ node: node.id }, [point, ...(box && middle ? [0.5, 0, 1].map((part) => ({ x: box.left + box.width * part, y: middle })) : [])])
  }, [])
  const moved = useCallback((event: unknown, _node: unknown, all: Node[]) => {
    const places = Object.fromEntries(all.map((n) => [n.id, [n.position.x, n.position.y] as const]))
    const wire = endDragOver()
    const groups = endGroupDrag()
    const [only] = all
    if (event instanceof Event && 'altKey' in event && event.altKey) actions.duplicateTo(places)
    else if (wire === null || !only || !actions.spliceInto(only.id, wire, places[only.id]!)) actions.dropNodes(places, groups)
  }, [])
  // While Space is held the view is dragged, whatever is under the pointer.
  const panning = useSpaceHeld()
  const drawing = useStoreApi()
  const lifted = useCallback(() => beginGroupDrag((id) => boxIn(drawing.getState().nodeLookup, id)), [drawing])
  const connecting = useConnecting()

  /** The wire under the pointer, where wires are drawn from afar; none under a card. */
  const farAt = (e: MouseEvent, reach?: number): string | null => {
    const over = e.target instanceof Element && (e.target.classList.contains('react-flow__pane') || e.target.closest('.react-flow__edge') !== null)
    return over ? farWireAt(screenToFlowPosition({ x: e.clientX, y: e.clientY }, { snapToGrid: false }), drawing.getState().transform[2], reach) : null
  }
  const keys = (e: KeyboardEvent): void => {
    const target = e.target as HTMLElement
    if (e.ctrlKey || e.metaKey || e.altKey || target.closest('dialog, input')) return
    const at = target.closest('.react-flow__node, .react-flow__edge')
    const step = e.shiftKey ? 50 : 10
    const by = { ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step] }[e.key]
    if (by && selection.nodes.length > 0 && edits) actions.nudge(by[0]!, by[1]!)
    else if ((e.key === 'Enter' || e.key === ' ') && at) {
      const id = at.getAttribute('data-id') ?? ''
      // Once selects, twice goes on to the settings; Escape there comes back.
      if (e.key === 'Enter' && selection.nodes.length === 1 && selection.nodes[0] === id) focusInspector()
      else actions.select(at.classList.contains('react-flow__node') ? { nodes: e.shiftKey ? [...new Set([...selection.nodes, id])] : [id] } : { wires: [id] })
    } else return
    e.preventDefault()
    e.stopPropagation()
  }

  const over = (e: DragEvent): void => {
    e.preventDefault()
    const type = draggedType()
    if (type !== null) dragOver({ type }, [{ x: e.clientX, y: e.clientY }])
  }
  const drop = (e: DragEvent): void => {
    const wire = endDragOver()
    const type = e.dataTransfer.getData(DRAG_TYPE)
    const file = e.dataTransfer.files[0]
    if (type === '' && !file) return
    e.preventDefault()
    if (!edits) return
    if (file) void importFile(file)
    else viewActs()?.drop(type, { x: e.clientX, y: e.clientY }, wire)
  }

  const doubleClick = (e: MouseEvent): void => {
    if (edits && e.target instanceof Element && e.target.classList.contains('react-flow__pane') && flow) ask({ kind: 'insert', point: { x: e.clientX, y: e.clientY }, gap: null })
  }

  return (
    <div
      ref={frame}
      className={`canvas${past ? ' past' : ''}${lost ? ' lost' : ''}${panning ? ' panning' : ''}${farWires ? ' afar' : ''}`}
      onKeyDown={keys}
      onDrop={drop}
      onDragEnter={over}
      onDragOver={over}
      onDragLeave={(e) => !e.currentTarget.contains(e.relatedTarget instanceof globalThis.Node ? e.relatedTarget : null) && endDragOver()}
      onDoubleClick={doubleClick}
      onPointerMove={(e) => {
        notePointer({ x: e.clientX, y: e.clientY })
        if (farWires && e.buttons === 0) pointTo(farAt(e))
      }}
      onPointerLeave={() => {
        notePointer(null)
        pointTo(null)
      }}
    >
      <Breadcrumb />
      <Spoken frame={frame} />
      <ReactFlow
        nodes={nodes}
        edges={near as Edge[]}
        nodeTypes={nodeTypes}
        edgeTypes={edgeTypes}
        onNodesChange={onNodesChange}
        onEdgesChange={onEdgesChange}
        onNodeDragStart={lifted}
        onNodeDrag={dragged}
        onNodeDragStop={moved}
        onSelectionDragStart={lifted}
        onSelectionDrag={(_e, dragged) => overGroups(dragged)}
        onSelectionDragStop={(e, dragged) => moved(e, null, dragged)}
        onPaneClick={(e) => {
          const wire = farWires ? farAt(e, 'pointerType' in e.nativeEvent && e.nativeEvent.pointerType === 'touch' ? REACH.touch : REACH.mouse) : null
          if (wire !== null) actions.select({ wires: [wire] })
        }}
        {...connecting}
        connectOnClick={false}
        onNodeContextMenu={(e, node) => {
          e.preventDefault()
          if (!selection.nodes.includes(node.id)) actions.select({ nodes: [node.id] })
          setMenu({ node: node.id, x: e.clientX, y: e.clientY })
        }}
        onNodeDoubleClick={(_e, node) => openNode(node.id)}
        onEdgeDoubleClick={(e, edge) => edits && ask({ kind: 'insert', point: { x: e.clientX, y: e.clientY }, gap: gapOfWire(edge.id) ?? null })}
        zoomOnDoubleClick={false}
        panOnDrag={PAN_BUTTONS}
        nodesDraggable={edits && !panning}
        nodesConnectable={edits}
        edgesReconnectable={edits}
        deleteKeyCode={null}
        disableKeyboardA11y
        multiSelectionKeyCode={['Shift', 'Control', 'Meta']}
        selectionKeyCode="Shift"
        snapToGrid
        snapGrid={GRID}
        minZoom={MIN_ZOOM}
        maxZoom={2}
        connectionRadius={26}
        elevateEdgesOnSelect
        onlyRenderVisibleElements={nodes.length > MANY}
        attributionPosition="bottom-left"
        aria-label={t('Flow')}
      >
        <DetailWatch />
        <InView />
        {farWires ? <FarWires edges={edges} nodes={nodes} straight={detail === 'mark'} /> : null}
        <Background gap={20} size={2} color="var(--grid)" />
        <Controls />
        <Overview />
        <DragReason />
        <DropReason />
        <AskedWire />
        <Others />
        <Viewports />
        <TagDrop />
        <Arrange />
      </ReactFlow>
      <Notices>
        <Banner />
        <TrialStrip />
        <TidyProgress />
      </Notices>
      <PastStrip />
      <WireCard frame={frame} />
      {flow && nodes.length > 0 ? null : <Empty />}
      {menu ? <NodeMenu at={menu} onClose={() => setMenu(null)} /> : null}
      <Asked />
    </div>
  )
}

/** No wire is at this node. */
function isLoose(id: string): boolean {
  const wires = store.getState().document?.flow.wires ?? []
  return !wires.some((w) => w.startsWith(`${id}.`) || w.includes(` -> ${id}.`))
}

/** Inside of a subflow, into the words of a comment, or to the settings. */
function openNode(id: string): void {
  const { document, session } = store.getState()
  const entry = document && Object.hasOwn(document.flow.nodes, id) ? document.flow.nodes[id]! : undefined
  if (entry?.type === SUBFLOW) actions.enter(id)
  else if (entry?.type === COMMENT && session !== null && may(session.role, 'edit')) editComment(id)
  else actions.setInspectorTab('settings')
}

/** What React Flow wants selected, taken over into the draft's selection. */
function choose(part: 'nodes' | 'wires', changes: readonly (NodeChange | EdgeChange)[]): void {
  const picked = changes.filter((c) => c.type === 'select')
  const now = store.getState().document?.selection
  if (picked.length === 0 || !now) return
  const next = new Set(now[part])
  for (const c of picked) {
    if (c.selected) next.add(c.id)
    else next.delete(c.id)
  }
  actions.select({ ...now, [part]: [...next] })
}

/** Brings into view what the store asks for: nodes, or the whole flow. */
function useReveal(): void {
  const reveal = useEditor((s) => s.ui.reveal)
  const ready = useNodesInitialized()
  const { fitView, getNode, getViewport } = useReactFlow()
  const drawing = useStoreApi()
  const fit = useFit()
  const done = useRef<unknown>(null)
  useEffect(() => {
    if (!reveal || !ready || done.current === reveal) return
    // After React Flow has taken over the places that came with the request.
    const look = requestAnimationFrame(() => {
      const { domNode } = drawing.getState()
      const boxes = reveal.nodes.flatMap((id) => getNode(id) ?? []).map((n) => ({ ...n.position, width: n.measured?.width ?? 0, height: n.measured?.height ?? 0 }))
      if (reveal.nodes.length === 0) fit()
      else if (!domNode || !inView(boxes, getViewport(), domNode.getBoundingClientRect())) void fitView({ padding: 0.4, maxZoom: 1, minZoom: 0.5, duration: 200, nodes: reveal.nodes.map((id) => ({ id })) })
      done.current = reveal
    })
    return () => cancelAnimationFrame(look)
  }, [reveal, ready, drawing, fit, fitView, getNode, getViewport])
}

async function importFile(file: File): Promise<void> {
  if (file.size > MAX_BUNDLE_BYTES) return void actions.toast({ level: 'error', text: t('{file} is larger than {size} MB.', { file: file.name, size: MAX_BUNDLE_BYTES / 1024 / 1024 }), remedy: t('This is no flow of Headgate.') })
  try {
    actions.openDialog({ kind: 'import', text: await file.text(), source: file.name })
  } catch (thrown) {
    actions.toastFailed(thrown)
  }
}
