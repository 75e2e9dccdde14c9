import { NativeSelect } from '@mantine/core'
import { memo } from 'react'
import { paneKinds, type PaneKind } from '../state/panes.ts'
import { setKind } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import classes from '../viewer/viewer.module.css'

/** Which of a run's pictures a viewport shows. */
export const KindChoice = memo(function KindChoice({
  index,
  kind,
}: {
  readonly index: number
  readonly kind: PaneKind
}) {
  return (
    <NativeSelect
      size="xs"
      className={classes['paneBar']}
      aria-label={texts.viewer.choose}
      value={kind}
      data={paneKinds.map((value) => ({ value, label: texts.viewer.kinds[value] }))}
      onChange={(event) => {
        const chosen = paneKinds.find((each) => each === event.currentTarget.value)
        if (chosen !== undefined) setKind(index, chosen)
      }}
    />
  )
})
