// What arranges the drawing, in one place: frames of groups, the bar over a selection, the layout under way, and the keys.
import { GroupFrames } from './group-view.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { TidyProgress } from './tidy.tsx'
import { ViewKeys } from './view-keys.tsx'

export function Arrange() {
  return (
    <>
      <GroupFrames />
      <SelectionBar />
      <TidyProgress />
      <ViewKeys />
    </>
  )
}
