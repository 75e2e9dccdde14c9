import { Button, Group, Modal, Stack, Table, Text, TextInput } from '@mantine/core'
import { useEffect, useState } from 'react'
import { notifyUser } from '../../api/notify.ts'
import type { ShownRun } from '../../state/shown-run.ts'
import { scrollTo } from '../../state/scrolling.ts'
import { closeDialog, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { keepDrawing } from '../../viewer/drawing.ts'
import {
  deleteMeasurement,
  type Measured,
  measured,
  type Measurement,
  measurements,
  nameMeasurement,
} from '../../viewer/measurements/measurement-list.ts'
import { signedText, statisticText } from '../../viewer/measurements/number-texts.ts'
import { saveBlob } from '../results/save-file.ts'
import { measurementsCsv } from './measurement-rows.ts'

const words = texts.measurements

/** All that is drawn: named, deleted, shown and saved. */
export function Measurements({ run }: { readonly run: ShownRun | undefined }) {
  const studies = useUi((ui) => ui.studies)
  const [all, setAll] = useState(() => measurements(studies))
  const [numbers, setNumbers] = useState<ReadonlyMap<string, Measured | undefined>>(new Map())
  const images = run?.images
  useEffect(() => {
    let isCurrent = true
    Promise.all(all.map(async (each) => [each.id, await measured(each, studies, images)] as const))
      .then((found) => {
        if (isCurrent) setNumbers(new Map(found))
      })
      .catch(notifyUser)
    return () => {
      isCurrent = false
    }
  }, [all, studies, images])
  useEffect(() => keepDrawing, [])
  const changed = (): void => {
    keepDrawing()
    setAll(measurements(studies))
  }
  const save = (): void => {
    const rows = all.map((measurement) => ({ measurement, numbers: numbers.get(measurement.id) }))
    saveBlob('measurements.csv', new Blob([measurementsCsv(rows)], { type: 'text/csv' }))
  }
  return (
    <Modal opened size="xl" title={words.title} onClose={closeDialog}>
      <Stack gap="sm">
        {all.length === 0 ? (
          <Text size="sm">{words.none}</Text>
        ) : (
          <>
            <MeasurementTable {...{ all, numbers, changed }} />
            <Group justify="flex-end">
              <Button onClick={save}>{words.csv}</Button>
            </Group>
          </>
        )}
      </Stack>
    </Modal>
  )
}

interface TableProps {
  readonly all: readonly Measurement[]
  readonly numbers: ReadonlyMap<string, Measured | undefined>
  readonly changed: () => void
}

function MeasurementTable({ all, numbers, changed }: TableProps) {
  return (
    <Table data-testid="measurements">
      <Table.Thead>
        <Table.Tr>
          {words.heads.map((head) => (
            <Table.Th key={head}>{head}</Table.Th>
          ))}
          <Table.Th />
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {all.map((measurement) => (
          <Row
            key={measurement.id}
            measurement={measurement}
            numbers={numbers.get(measurement.id)}
            changed={changed}
          />
        ))}
      </Table.Tbody>
    </Table>
  )
}

interface RowProps {
  readonly measurement: Measurement
  readonly numbers: Measured | undefined
  readonly changed: () => void
}

function Row({ measurement, numbers, changed }: RowProps) {
  const { before, after, unit } = numbers ?? {}
  return (
    <Table.Tr>
      <Table.Td>
        <NameField measurement={measurement} changed={changed} />
      </Table.Td>
      <Table.Td>{measurement.where}</Table.Td>
      <Table.Td>{before ? `${summaryOf(before)} ${unit ?? ''}` : valueText(measurement)}</Table.Td>
      <Table.Td>
        {before && after ? `${summaryOf(after)} (${signedText(after.mean - before.mean)})` : ''}
      </Table.Td>
      <Table.Td>
        <Group gap={4} wrap="nowrap">
          {measurement.slice !== undefined && (
            <Button
              size="compact-xs"
              variant="default"
              onClick={() => {
                show(measurement)
              }}
            >
              {words.show}
            </Button>
          )}
          <Button
            size="compact-xs"
            variant="default"
            onClick={() => {
              deleteMeasurement(measurement)
              changed()
            }}
          >
            {words.delete}
          </Button>
        </Group>
      </Table.Td>
    </Table.Tr>
  )
}

function NameField({ measurement, changed }: Omit<RowProps, 'numbers'>) {
  const [name, setName] = useState(measurement.name)
  return (
    <TextInput
      size="xs"
      aria-label={words.name}
      placeholder={words.kinds[measurement.kind]}
      value={name}
      onChange={(event) => {
        setName(event.currentTarget.value)
        // At once: Escape closes the dialog before the field is left.
        nameMeasurement(measurement, event.currentTarget.value)
      }}
      onBlur={changed}
    />
  )
}

function summaryOf({ mean, sd, min, max }: NonNullable<Measured['before']>): string {
  return words.summary(statisticText(mean), statisticText(sd), statisticText(min), statisticText(max))
}

function valueText({ kind, value, valueUnit }: Measurement): string {
  if (value === undefined) return kind === 'ellipse' || kind === 'rectangle' ? words.notShown : ''
  return `${statisticText(value)} ${valueUnit ?? ''}`.trimEnd()
}

/** Scrolls the first viewport of its series to it. */
function show({ series, slice }: Measurement): void {
  const { panes } = useUi.getState()
  const index = panes.findIndex(
    (pane) =>
      pane.plane === undefined && pane.series?.study === series.study && pane.series.series === series.series,
  )
  if (index >= 0 && slice !== undefined) scrollTo(index, slice)
  closeDialog()
}
