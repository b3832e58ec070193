// What arranges the drawing, in one place: frames of groups, the bar over a selection, the layout under way, keys and fingers.
import { GroupFrames } from './group-view.tsx'
import { Pinch } from './pinch.tsx'
import { SelectionBar } from './selection-bar.tsx'
import { TidyProgress } from './tidy.tsx'
import { ViewActs } from './view-acts.tsx'

export function Arrange() {
  return (
    <>
      <GroupFrames />
      <SelectionBar />
      <TidyProgress />
      <ViewActs />
      <Pinch />
    </>
  )
}
