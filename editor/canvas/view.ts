// Where the canvas looks, for those who may not know React Flow: the palette places new nodes in the middle of it.
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
