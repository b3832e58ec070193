// Where the canvas looks, for those who may not know React Flow: the palette places new nodes in the middle of it.
import type { Alignment, Axis } from '../state/arrange.ts'

let centre: () => readonly [number, number] = () => [80, 80]

/** The middle of what is in view, as a place for a node. */
export const viewCentre = (): readonly [number, number] => centre()
export const setViewCentre = (ask: () => readonly [number, number]): void => {
  centre = ask
}

/** The type of a drag from the palette; its data is the node type. */
export const DRAG_TYPE = 'application/x-headgate-node'

let dragged: string | null = null
/** The node type that is dragged out of the palette: a browser tells a drag's data only when it is dropped. */
export const draggedType = (): string | null => dragged
export const setDraggedType = (type: string | null): void => {
  dragged = type
}

/** What can be done to the view and needs to know it: keys, menus and the command palette ask for it. */
export interface ViewActs {
  /** Brings these nodes into view, or the whole flow. */
  fit(nodes?: readonly string[]): void
  /** A node of this type at a point of the window, into the wire if given. */
  drop(type: string, point: { readonly x: number; readonly y: number }, wire: string | null): void
  zoomIn(): void
  zoomOut(): void
  zoomTo(zoom: number): void
  /** Finds places for these nodes, or for all. */
  tidy(nodes?: readonly string[]): void
  /** What is selected. */
  align(how: Alignment): void
  distribute(axis: Axis): void
  group(): void
  /** The title of a group, the text of a comment, or the name of a node. */
  rename(): void
}
let acts: ViewActs | null = null
/** Null while no drawing is shown. */
export const viewActs = (): ViewActs | null => acts
export const setViewActs = (now: ViewActs | null): void => {
  acts = now
}
