// The overview of a large flow, on one small canvas: React Flow's own has an element for each node, which a thousand of them
// make as costly as the drawing. Press or drag goes there, the wheel zooms.
import { useEffect, useRef, type PointerEvent } from 'react'
import { Panel, useReactFlow, useStoreApi } from 'reactflow'
import { t } from '../language/index.ts'
import { around } from '../state/arrange.ts'

const SIZE = { width: 150, height: 88 } as const
/** Free at the edges, px. */
const EDGE = 4
/** Nodes are drawn anew at most so often, ms; the frame of the view at every frame. */
const NODES_MS = 200

interface Scale {
  readonly x: number
  readonly y: number
  /** px of the overview for one of the flow. */
  readonly k: number
}

const COLOURS = ['--dot', '--alarm1', '--alarm2', '--accent'] as const
type Colour = (typeof COLOURS)[number]
function coloursOf(element: Element): { readonly [name: string]: string } {
  const style = getComputedStyle(element)
  return Object.fromEntries(COLOURS.map((name) => [name, style.getPropertyValue(name)]))
}

/** `grave`, `odd`: ids of nodes that are out of the ordinary. */
export function OverviewMap({ grave, odd }: { readonly grave: ReadonlySet<string>; readonly odd: ReadonlySet<string> }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const scale = useRef<Scale>({ x: 0, y: 0, k: 1 })
  const marks = useRef({ grave, odd })
  const redraw = useRef<() => void>(() => undefined)
  const drawing = useStoreApi()
  const { setCenter, zoomIn, zoomOut } = useReactFlow()
  useEffect(() => {
    const element = canvas.current
    const pen = element?.getContext('2d')
    if (!element || !pen) return
    const ratio = Math.max(1, window.devicePixelRatio)
    element.width = SIZE.width * ratio
    element.height = SIZE.height * ratio
    const nodes = document.createElement('canvas')
    nodes.width = element.width
    nodes.height = element.height
    const sheet = nodes.getContext('2d')
    if (!sheet) return
    let asked: number | undefined
    let drawn = -Infinity
    let later: ReturnType<typeof setTimeout> | undefined
    // Asked once a theme: to read a style while the view moves makes the browser lay everything out in the middle of the frame.
    let colours: { readonly [name: string]: string } | null = null
    const colourOf = (name: Colour): string => (colours ??= coloursOf(element))[name]!
    const drawNodes = (): void => {
      const { nodeLookup } = drawing.getState()
      const boxes = [...nodeLookup.values()].map((n) => ({ id: n.id, ...n.internals.positionAbsolute, width: n.measured.width ?? 200, height: n.measured.height ?? 100 }))
      sheet.setTransform(ratio, 0, 0, ratio, 0, 0)
      sheet.clearRect(0, 0, SIZE.width, SIZE.height)
      if (boxes.length === 0) return
      const all = around(boxes)
      const k = Math.min((SIZE.width - 2 * EDGE) / all.width, (SIZE.height - 2 * EDGE) / all.height)
      scale.current = { k, x: (SIZE.width - all.width * k) / 2 - all.x * k, y: (SIZE.height - all.height * k) / 2 - all.y * k }
      const at = scale.current
      const { grave: bad, odd: warn } = marks.current
      // What is out of the ordinary last and larger: a pixel of it must not be lost.
      const fill = (colour: Colour, wanted: (id: string) => boolean, least: number): void => {
        sheet.fillStyle = colourOf(colour)
        for (const b of boxes) if (wanted(b.id)) sheet.fillRect(b.x * k + at.x, b.y * k + at.y, Math.max(least, b.width * k), Math.max(least, b.height * k))
      }
      fill('--dot', (id) => !bad.has(id) && !warn.has(id), 1)
      fill('--alarm2', (id) => warn.has(id), 3)
      fill('--alarm1', (id) => bad.has(id), 4)
    }
    const draw = (): void => {
      asked = undefined
      const time = performance.now()
      if (time - drawn >= NODES_MS) {
        drawn = time
        drawNodes()
      } else later ??= setTimeout(() => { later = undefined; soon() }, NODES_MS)
      const { transform: [x, y, zoom], width, height } = drawing.getState()
      const { k, x: dx, y: dy } = scale.current
      pen.setTransform(1, 0, 0, 1, 0, 0)
      pen.clearRect(0, 0, element.width, element.height)
      pen.drawImage(nodes, 0, 0)
      pen.setTransform(ratio, 0, 0, ratio, 0, 0)
      pen.strokeStyle = colourOf('--accent')
      pen.lineWidth = 1.5
      pen.strokeRect((-x / zoom) * k + dx, (-y / zoom) * k + dy, (width / zoom) * k, (height / zoom) * k)
    }
    const soon = (): void => void (asked ??= requestAnimationFrame(draw))
    redraw.current = soon
    const stop = drawing.subscribe(soon)
    const themed = new MutationObserver(() => { colours = null; drawn = -Infinity; soon() })
    themed.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    soon()
    return () => {
      stop()
      themed.disconnect()
      clearTimeout(later)
      if (asked !== undefined) cancelAnimationFrame(asked)
    }
  }, [drawing])
  useEffect(() => {
    marks.current = { grave, odd }
    redraw.current()
  }, [grave, odd])

  const go = (e: PointerEvent<HTMLCanvasElement>): void => {
    if (e.buttons !== 1) return
    const box = e.currentTarget.getBoundingClientRect()
    const { x, y, k } = scale.current
    e.currentTarget.setPointerCapture(e.pointerId)
    void setCenter((e.clientX - box.x - x) / k, (e.clientY - box.y - y) / k, { zoom: drawing.getState().transform[2] })
  }
  return (
    <Panel position="bottom-right" className="react-flow__minimap">
      <canvas ref={canvas} className="overview-map" role="img" aria-label={grave.size + odd.size === 0 ? t('Overview') : t('Overview: {faults} nodes in fault, {warnings} with a warning', { faults: grave.size, warnings: odd.size })} onPointerDown={go} onPointerMove={go} onWheel={(e) => void (e.deltaY > 0 ? zoomOut() : zoomIn())} />
    </Panel>
  )
}
