import { NativeSelect } from '@mantine/core'
import {
  type Icon,
  IconAngle,
  IconArrowsMove,
  IconCircle,
  IconContrast,
  IconContrastFilled,
  IconCrosshair,
  IconCube,
  IconEraser,
  IconFlipHorizontal,
  IconFlipVertical,
  IconLassoPolygon,
  IconLink,
  IconListDetails,
  IconPlayerPlay,
  IconRectangle,
  IconRefresh,
  IconPhotoDown,
  IconRotateClockwise,
  IconRuler2,
  IconVector,
  IconZoomIn,
  IconZoomScan,
} from '@tabler/icons-react'
import { memo } from 'react'
import { layouts } from '../state/panes.ts'
import { seriesOf, setLayout, type ToolName, useUi } from '../state/ui-store.ts'
import { texts } from '../texts.ts'
import { type Command, runCommand } from './commands.ts'
import { OverlayControls } from './OverlayControls.tsx'
import { PlaneControls } from './PlaneControls.tsx'
import { ToolButton } from './ToolButton.tsx'
import classes from './app.module.css'
import { presetsOf } from '../viewer/presets.ts'

const toolIcons: Readonly<Record<ToolName, Icon>> = {
  window: IconContrast,
  pan: IconArrowsMove,
  zoom: IconZoomIn,
  magnify: IconZoomScan,
  length: IconRuler2,
  angle: IconAngle,
  ellipse: IconCircle,
  rectangle: IconRectangle,
  region: IconVector,
  'region-ellipse': IconLassoPolygon,
  crosshair: IconCrosshair,
}

const actions = [
  ['invert', IconContrastFilled],
  ['rotate', IconRotateClockwise],
  ['flipHorizontally', IconFlipHorizontal],
  ['flipVertically', IconFlipVertical],
  ['reset', IconRefresh],
  ['clear', IconEraser],
  ['measurements', IconListDetails],
  ['figure', IconPhotoDown],
] as const satisfies readonly (readonly [Command, Icon])[]

/** Tools and switches of the viewports; each has a key too. */
export const Toolbar = memo(function Toolbar({ isRunShown }: { readonly isRunShown: boolean }) {
  const layout = useUi((ui) => ui.layout)
  const tool = useUi((ui) => ui.tool)
  const linked = useUi((ui) => ui.linked)
  const cine = useUi((ui) => ui.cine)
  const arePlanes = useUi((ui) => ui.panes.some(({ plane }) => plane !== undefined))
  return (
    <div className={classes['toolbar']} role="toolbar" aria-label={texts.toolbar.label}>
      <NativeSelect
        size="xs"
        w={66}
        aria-label={texts.toolbar.layout}
        value={layout}
        data={[...layouts]}
        onChange={(event) => {
          setLayout(layouts.find((each) => each === event.currentTarget.value) ?? '1x1')
        }}
      />
      <span className={classes['separator']} />
      {toolNames.map((name) => (
        <ToolButton
          key={name}
          icon={toolIcons[name]}
          label={texts.toolbar.tools[name]}
          command={`tool:${name}`}
          isOn={tool === name}
        />
      ))}
      <span className={classes['separator']} />
      <PresetChoice />
      {actions.map(([command, icon]) => (
        <ToolButton key={command} icon={icon} label={texts.toolbar[command]} command={command} />
      ))}
      <span className={classes['separator']} />
      <ToolButton icon={IconCube} label={texts.toolbar.planes} command="planes" isOn={arePlanes} />
      <ToolButton icon={IconLink} label={texts.toolbar.linked} command="link" isOn={linked} />
      <ToolButton icon={IconPlayerPlay} label={texts.toolbar.cine} command="cine" isOn={cine} />
      {arePlanes && <PlaneControls />}
      <OverlayControls isRunShown={isRunShown} />
    </div>
  )
})

const toolNames = Object.keys(toolIcons) as ToolName[]

/** Windows of the modality in the active viewport. Keys 1 to 9 do the same. */
function PresetChoice() {
  const modality = useUi(
    ({ studies, panes, activePane }) => seriesOf(studies, panes[activePane]?.series)?.modality ?? '',
  )
  const data = presetsOf(modality).map(({ key, name }) => ({ value: key, label: `${key}  ${name}` }))
  return (
    <NativeSelect
      size="xs"
      w={92}
      aria-label={texts.toolbar.preset}
      value=""
      data={[{ value: '', label: texts.toolbar.presets, disabled: true }, ...data]}
      onChange={(event) => {
        runCommand(`preset:${event.currentTarget.value}`)
      }}
    />
  )
}
