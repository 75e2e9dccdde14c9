import {
  Button,
  Checkbox,
  Group,
  Modal,
  NumberInput,
  SegmentedControl,
  Select,
  Stack,
  Text,
} from '@mantine/core'
import { useDebouncedValue } from '@mantine/hooks'
import { useEffect, useState } from 'react'
import { notifyUser } from '../../api/notify.ts'
import { closeDialog, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { Fault } from '../../ui/Fault.tsx'
import { saveBlob } from '../results/save-file.ts'
import { type Figure, type FigureChoice, mostPixels, planFigure } from './draw-figure.ts'
import { figureFormats } from './figure-files.ts'
import classes from './figures.module.css'

const words = texts.figure

const resolutions = [150, 300, 600, 1200]

/** As it was chosen last, until the page is left. */
let lastChoice: FigureChoice = {
  of: 'layout',
  width: 174,
  dpi: 300,
  format: 'png',
  background: 'light',
  letters: true,
  names: true,
  legends: true,
  scaleBars: true,
  isTrimmed: true,
}

/** Asks what a figure is to be, shows it, and saves it. */
export default function FigureDialog() {
  const [choice, setChoice] = useState(lastChoice)
  const figure = planFigure(choice)
  const change = (part: Partial<FigureChoice>): void => {
    lastChoice = { ...choice, ...part }
    setChoice(lastChoice)
  }
  return (
    <Modal opened size="xl" title={words.title} onClose={closeDialog}>
      <Stack gap="sm">
        <div className={classes['beside']}>
          <Stack gap="xs">
            <Choices {...{ choice, change }} />
          </Stack>
          <Stack gap="xs">
            {figure === undefined ? <Text size="sm">{words.none}</Text> : <Shown {...{ figure, choice }} />}
            <Text size="xs" c="dimmed">
              {words.identity}
            </Text>
          </Stack>
        </div>
        <SaveButtons {...{ figure, choice }} />
      </Stack>
    </Modal>
  )
}

interface FigureProps {
  readonly figure: Figure
  readonly choice: FigureChoice
}

/** The figure, and how large it will be. */
function Shown({ figure, choice }: FigureProps) {
  return (
    <>
      <Preview choice={choice} />
      <Text size="sm" data-testid="figure-size">
        {sizeText(figure)}
      </Text>
      {figure.lacksScale && (
        <Text size="xs" c="dimmed">
          {words.noScale}
        </Text>
      )}
      {isTooLarge(figure) && <Fault error={new Error(words.tooLarge(mostPixels))} />}
    </>
  )
}

function SaveButtons({
  figure,
  choice,
}: Pick<FigureProps, 'choice'> & { readonly figure: Figure | undefined }) {
  const [isSaving, setSaving] = useState(false)
  const save = (made: Figure): void => {
    setSaving(true)
    made
      .draw()
      .then((blob) => {
        saveBlob(`figure.${choice.format}`, blob)
        closeDialog()
      })
      .catch(notifyUser)
      .finally(() => {
        setSaving(false)
      })
  }
  return (
    <Group justify="flex-end">
      <Button variant="default" onClick={closeDialog}>
        {texts.app.cancel}
      </Button>
      <Button
        disabled={figure === undefined || isTooLarge(figure)}
        loading={isSaving}
        onClick={() => {
          if (figure !== undefined) save(figure)
        }}
      >
        {words.save}
      </Button>
    </Group>
  )
}

function isTooLarge({ pixels: { width, height } }: Figure): boolean {
  return Math.max(width, height) > mostPixels
}

function sizeText({ layout: { width, height }, pixels }: Figure): string {
  return words.size(width.toFixed(0), height.toFixed(0), `${pixels.width} × ${pixels.height}`)
}

interface ChoicesProps {
  readonly choice: FigureChoice
  readonly change: (part: Partial<FigureChoice>) => void
}

function Choices({ choice, change }: ChoicesProps) {
  const isAlone = useUi((ui) => ui.panes.length === 1)
  return (
    <>
      <Segments
        label={words.of}
        isDisabled={isAlone}
        value={choice.of}
        data={words.ofs}
        onChange={(of) => {
          change({ of })
        }}
      />
      <Segments
        label={words.background}
        value={choice.background}
        data={words.backgrounds}
        onChange={(background) => {
          change({ background })
        }}
      />
      <Sizes {...{ choice, change }} />
      <Switches {...{ choice, change }} />
    </>
  )
}

interface SegmentsProps<Value extends string> {
  readonly label: string
  readonly isDisabled?: boolean
  readonly value: Value
  readonly data: Readonly<Record<Value, string>>
  readonly onChange: (value: Value) => void
}

function Segments<Value extends string>({ label, isDisabled, value, data, onChange }: SegmentsProps<Value>) {
  const values = Object.keys(data) as Value[]
  return (
    <div>
      <Text size="sm">{label}</Text>
      <SegmentedControl
        fullWidth
        size="xs"
        aria-label={label}
        disabled={isDisabled === true}
        value={value}
        data={values.map((each) => ({ value: each, label: data[each] }))}
        onChange={onChange}
      />
    </div>
  )
}

function Sizes({ choice, change }: ChoicesProps) {
  return (
    <>
      <NumberInput
        label={words.width}
        description={words.widthText}
        suffix=" mm"
        min={20}
        max={500}
        value={choice.width}
        onChange={(width) => {
          if (typeof width === 'number' && width >= 20) change({ width })
        }}
      />
      <Select
        label={words.dpi}
        allowDeselect={false}
        value={String(choice.dpi)}
        data={resolutions.map((dpi) => ({ value: String(dpi), label: words.dpis(dpi) }))}
        onChange={(dpi) => {
          change({ dpi: Number(dpi) })
        }}
      />
      <Select
        label={words.format}
        allowDeselect={false}
        value={choice.format}
        data={figureFormats.map((value) => ({ value, label: words.formats[value] }))}
        onChange={(format) => {
          if (format !== null) change({ format })
        }}
      />
    </>
  )
}

const switches = [
  ['letters', words.letters],
  ['names', words.names],
  ['legends', words.legends],
  ['scaleBars', words.scaleBars],
  ['isTrimmed', words.trimmed],
] as const satisfies readonly (readonly [keyof FigureChoice, string])[]

function Switches({ choice, change }: ChoicesProps) {
  return (
    <Stack gap={6}>
      {switches.map(([name, label]) => (
        <Checkbox
          key={name}
          size="xs"
          label={label}
          checked={choice[name]}
          onChange={(event) => {
            change({ [name]: event.currentTarget.checked })
          }}
        />
      ))}
    </Stack>
  )
}

/** Sharp enough for a screen. */
const previewDpi = 144

/** The figure as it will be, drawn anew once the user rests. */
function Preview({ choice }: { readonly choice: FigureChoice }) {
  const [rested] = useDebouncedValue(choice, 150)
  const [url, setUrl] = useState<string>()
  const [error, setError] = useState<unknown>()
  useEffect(() => {
    let isCurrent = true
    planFigure({ ...rested, format: 'png', dpi: previewDpi })
      ?.draw()
      .then((blob) => {
        if (isCurrent) setUrl(URL.createObjectURL(blob))
      })
      .catch((failure: unknown) => {
        if (isCurrent) setError(failure)
      })
    return () => {
      isCurrent = false
    }
  }, [rested])
  useEffect(
    () => () => {
      if (url !== undefined) URL.revokeObjectURL(url)
    },
    [url],
  )
  if (error !== undefined) return <Fault error={error} />
  return (
    <div className={classes['preview']}>
      {url !== undefined && <img src={url} alt={words.preview} data-testid="figure-preview" />}
    </div>
  )
}
