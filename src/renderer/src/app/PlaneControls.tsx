import { NativeSelect, NumberInput } from '@mantine/core'
import { useShallow } from 'zustand/react/shallow'
import { turnPlane } from '../state/show-planes.ts'
import { setUi, useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import { unturned } from '../viewer/volume/planes.ts'
import type { SlabKind } from '../viewer/volume/reslice.ts'
import classes from './app.module.css'

/** How thick planes are, what a slab shows, and how the active plane is turned. */
export function PlaneControls() {
  const slab = useUi(useShallow((ui) => ui.slab))
  return (
    <div className={classes['overlayControls']}>
      <NumberInput
        size="xs"
        w={104}
        {...{ min: 0, max: 500, step: 5 }}
        aria-label={texts.toolbar.slab}
        suffix={texts.toolbar.slabUnit}
        value={slab.millimetres}
        onChange={(value) => {
          if (typeof value === 'number') setUi({ slab: { ...slab, millimetres: value } })
        }}
      />
      <NativeSelect
        size="xs"
        w={136}
        aria-label={texts.toolbar.slabKind}
        value={slab.kind}
        data={kinds.map((value) => ({ value, label: texts.toolbar.slabKinds[value] }))}
        onChange={(event) => {
          const kind = kinds.find((each) => each === event.currentTarget.value)
          if (kind !== undefined) setUi({ slab: { ...slab, kind } })
        }}
      />
      <TurnFields />
    </div>
  )
}

const kinds = ['greatest', 'mean', 'least'] as const satisfies readonly SlabKind[]

/** Turns of the plane in the active viewport; none of slices as they were taken. */
function TurnFields() {
  const index = useUi((ui) => ui.activePane)
  const turn = useUi(({ panes, activePane }) => panes[activePane]?.plane?.turn)
  return (['aboutRows', 'aboutColumns'] as const).map((about) => (
    <NumberInput
      key={about}
      size="xs"
      w={84}
      {...{ min: -90, max: 90, step: 5 }}
      aria-label={texts.toolbar.turn[about]}
      prefix={texts.toolbar.turnSigns[about]}
      suffix="°"
      disabled={turn === undefined}
      value={(turn ?? unturned)[about]}
      onChange={(value) => {
        if (typeof value === 'number' && turn !== undefined) turnPlane(index, { ...turn, [about]: value })
      }}
    />
  ))
}
