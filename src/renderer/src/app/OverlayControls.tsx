import { NativeSelect, Slider, Switch, Text } from '@mantine/core'
import { useUi, type OverlayContent, setUi } from '../state/ui-store.ts'
import { changeOverlay, overlayContent, toggleOverlay } from '../state/overlay.ts'
import { texts } from '../texts.ts'
import { CompareButtons } from './ToolButton.tsx'
import { useKeyOf } from './use-shortcuts.ts'
import classes from './app.module.css'
import { useEffect } from 'react'
import { predictionsKey, usePredictions } from '../state/predictions.ts'
import type { ShownRun } from '../state/shown-run.ts'

/**
 * What lies over the images, how strongly, and in which colours; and of a run, how before and after are
 * compared.
 */
export function OverlayControls({ isRunShown }: { readonly isRunShown: boolean }) {
  const content = useUi(overlayContent)
  return (
    <div className={classes['overlayControls']}>
      <ShownSwitch />
      <ContentChoice content={content} />
      {content !== 'boxes' && <OpacitySlider />}
      {(content === 'perturbation' || content === 'gradient') && <Magnification content={content} />}
      {content === 'perturbation' && <ScaleChoice />}
      {content === 'perturbation' && <UnitChoice />}
      {isRunShown && (
        <>
          <span className={classes['grow']} />
          <CompareButtons />
        </>
      )}
    </div>
  )
}

function ShownSwitch() {
  const shown = useUi((ui) => ui.overlay.shown)
  const key = useKeyOf('overlay')
  return (
    <Switch
      size="xs"
      label={texts.toolbar.overlayShort}
      aria-label={texts.toolbar.overlay}
      checked={shown}
      aria-keyshortcuts={key}
      onChange={toggleOverlay}
    />
  )
}

const contents = ['perturbation', 'gradient', 'masks', 'boxes'] as const satisfies readonly OverlayContent[]

function ContentChoice({ content }: { readonly content: OverlayContent }) {
  const available = useUi((ui) => ui.overlayContents)
  return (
    <NativeSelect
      size="xs"
      w={166}
      aria-label={texts.toolbar.overlayContent}
      value={content}
      data={contents.map((value) => ({
        value,
        label: texts.toolbar.overlayContents[value],
        disabled: !available.includes(value),
      }))}
      onChange={(event) => {
        changeOverlay({
          content: contents.find((each) => each === event.currentTarget.value) ?? 'perturbation',
        })
      }}
    />
  )
}

function OpacitySlider() {
  const opacity = useUi((ui) => ui.overlay.opacity)
  return (
    <Slider
      w={70}
      size="sm"
      {...{ min: 0, max: 1, step: 0.05 }}
      value={opacity}
      thumbLabel={texts.toolbar.opacity}
      label={(value) => `${texts.toolbar.opacity} ${Math.round(value * 100)} %`}
      onChange={(next) => {
        changeOverlay({ opacity: next })
      }}
    />
  )
}

/**
 * Each content has a magnification of its own: the run's budget sets one of them, the shape of gradients the
 * other.
 */
function Magnification({
  content,
}: {
  readonly content: Extract<OverlayContent, 'perturbation' | 'gradient'>
}) {
  const key = content === 'gradient' ? 'gradientMagnification' : 'magnification'
  const magnification = useUi((ui) => ui.overlay[key])
  return (
    <>
      <Slider
        w={90}
        size="sm"
        {...{ min: 0, max: 2, step: 0.01 }}
        value={Math.log10(magnification)}
        thumbLabel={texts.toolbar.magnification}
        label={(power) =>
          `${texts.toolbar.magnification} ${texts.toolbar.magnified(Math.round(10 ** power))}`
        }
        onChange={(power) => {
          changeOverlay({ [key]: Math.round(10 ** power) })
        }}
      />
      <Text size="xs" w={34} data-testid="magnification">
        {texts.toolbar.magnified(magnification)}
      </Text>
    </>
  )
}

const scales = ['linear', 'log', 'rank'] as const

/** Choice of how sizes of the perturbation become colours. */
function ScaleChoice() {
  const scale = useUi((ui) => ui.overlay.scale)
  return (
    <NativeSelect
      size="xs"
      w={104}
      aria-label={texts.toolbar.scale}
      value={scale}
      data={scales.map((value) => ({ value, label: texts.toolbar.scales[value] }))}
      onChange={(event) => {
        changeOverlay({ scale: scales.find((each) => each === event.currentTarget.value) ?? 'linear' })
      }}
    />
  )
}

const units = ['modality', 'grey-levels', 'stored-levels'] as const

/** Choice of the unit of the numbers in the perturbation's legend. */
function UnitChoice() {
  const unit = useUi((ui) => ui.overlay.unit)
  return (
    <NativeSelect
      size="xs"
      w={132}
      aria-label={texts.toolbar.unit}
      value={unit}
      data={units.map((value) => ({ value, label: texts.toolbar.units[value] }))}
      onChange={(event) => {
        changeOverlay({ unit: units.find((each) => each === event.currentTarget.value) ?? 'modality' })
      }}
    />
  )
}

/**
 * Keeps which overlays there are; a model's masks and boxes are shown when the first of them are there, and
 * go with them.
 */
export function useOverlayContents(run: ShownRun | undefined): void {
  const isRunShown = run !== undefined
  const study = useUi(({ panes, activePane }) => panes[activePane]?.series?.study ?? '')
  const chosen = useUi((ui) => ui.model)
  const hasResults = isRunShown && run.live.images.size > 0
  const key = predictionsKey(study, run?.info?.request.model ?? chosen ?? '')
  const hasBoxes = usePredictions((all) => [...(all[key]?.byFrame.values() ?? [])][0]?.boxes !== undefined)
  const found = hasResults ? foundBy(run) : hasBoxes ? 'boxes' : undefined
  useEffect(() => {
    setUi({
      overlayContents: [
        ...(isRunShown ? (['perturbation'] as const) : []),
        'gradient',
        ...(found ? [found] : []),
      ],
    })
  }, [isRunShown, found])
  const source = hasResults ? run.id : isRunShown ? undefined : key
  useEffect(() => {
    if (source === undefined) return
    const { content } = useUi.getState().overlay
    if (found !== undefined) changeOverlay({ content: found, shown: true })
    // Without a run, what is left is the gradient, which is computed only for who asks.
    else if (content === 'masks' || content === 'boxes')
      changeOverlay({ content: 'perturbation', ...(!isRunShown && { shown: false }) })
  }, [source, found, isRunShown])
}

/** What a run's model finds in an image, as the run's first result says. */
function foundBy({ live }: ShownRun): Extract<OverlayContent, 'masks' | 'boxes'> | undefined {
  const first = [...live.images.values()][0]?.frames[0]
  if (first?.masks !== undefined) return 'masks'
  return first?.boxes === undefined ? undefined : 'boxes'
}
