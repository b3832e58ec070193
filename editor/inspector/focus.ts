// The keyboard's way between a node on the canvas and its settings.

/** Into the first field of the inspector, or its tabs when it has none. */
export function focusInspector(): void {
  const found = ['[role="tabpanel"] :is(input, select, textarea, button):not(:disabled)', '[role="tab"][data-state="active"]'].map((s) => document.querySelector<HTMLElement>(`.pane-inspector ${s}`)).find((e) => e !== null)
  found?.focus()
}

/** Back to the selected node. */
export const focusNode = (): void => document.querySelector<HTMLElement>('.react-flow__node.selected')?.focus()
