import { percent } from '../../../../core/number-texts.ts'
import { Button, Group, Loader, Modal, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { Comparison } from '../../../../engine/compare/comparison.ts'
import { api } from '../../api/client.ts'
import { AttackWarning } from '../../ui/AttackWarning.tsx'
import { Fault } from '../../ui/Fault.tsx'
import { texts } from '../../texts.ts'
import { Chart } from '../results/Chart.tsx'
import { saveBlob } from '../results/save-file.ts'
import {
  cellsCsv,
  cellText,
  columnsOf,
  successCurves,
  transferMatrix,
  varianceCurves,
} from './comparison-rows.ts'
import classes from './comparisons.module.css'

interface ComparisonResultProps {
  readonly comparison: string
  readonly onClose: () => void
}

/** What came of a comparison: the table, curves, and what transfers between models. */
export function ComparisonResult({ comparison, onClose }: ComparisonResultProps) {
  const read = useQuery(api.comparisons.get.queryOptions({ id: comparison }))
  return (
    <Modal opened size="90%" title={texts.comparisons.title} onClose={onClose}>
      {read.isPending && <Loader size="sm" />}
      {read.isError && <Fault error={read.error} />}
      {read.data !== undefined && <Result comparison={read.data} />}
    </Modal>
  )
}

function Result({ comparison }: { readonly comparison: Comparison }) {
  const { failures } = comparison
  return (
    <Stack gap="md">
      <Warnings comparison={comparison} />
      <CellTable comparison={comparison} />
      <Text size="xs" c="dimmed">
        {texts.comparisons.columnsHelp}
      </Text>
      <SaveButtons comparison={comparison} />
      <Charts comparison={comparison} />
      <Transfers comparison={comparison} />
      {failures.length > 0 && (
        <Text size="sm">
          {texts.comparisons.failures(failures.length)}{' '}
          {failures.map(({ file, message }) => `${file}: ${message}`).join('; ')}
        </Text>
      )}
    </Stack>
  )
}

function CellTable({ comparison }: { readonly comparison: Comparison }) {
  const columns = columnsOf(comparison)
  return (
    <div className={classes['tableFrame']} tabIndex={0} role="region" aria-label={texts.comparisons.table}>
      <Table stickyHeader data-testid="cells">
        <Table.Thead>
          <Table.Tr>
            {columns.map((column) => (
              <Table.Th key={column}>{texts.comparisons.columns[column]}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {comparison.cells.map((cell, index) => (
            <Table.Tr key={index}>
              {columns.map((column) => (
                <Table.Td key={column}>{cellText(comparison, cell, column)}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </div>
  )
}

/** Signs that a model's success rates say something else than they seem to. */
function Warnings({ comparison: { models, warnings } }: { readonly comparison: Comparison }) {
  return warnings.map(({ model, message, tip }, index) => (
    <AttackWarning key={index} message={message} tip={tip} model={models[model]?.name} />
  ))
}

function SaveButtons({ comparison }: { readonly comparison: Comparison }) {
  const save = {
    csv: () => {
      saveBlob('comparison.csv', new Blob([cellsCsv(comparison)], { type: 'text/csv' }))
    },
    json: () => {
      saveBlob(
        'comparison.json',
        new Blob([JSON.stringify(comparison, null, 2)], { type: 'application/json' }),
      )
    },
  }
  return (
    <Group gap="xs">
      {(['csv', 'json'] as const).map((format) => (
        <Button key={format} size="compact-xs" variant="default" onClick={save[format]}>
          {texts.comparisons.saveTable[format]}
        </Button>
      ))}
    </Group>
  )
}

function Charts({ comparison: { models, cells } }: { readonly comparison: Comparison }) {
  const charts = models.flatMap(({ name }, model) => {
    const own = cells.filter((cell) => cell.model === model)
    return [
      {
        title: texts.comparisons.successOver(name),
        curves: successCurves(own),
        axis: texts.comparisons.budgetAxis,
      },
      { title: texts.comparisons.varianceOver(name), curves: varianceCurves(own), axis: undefined },
    ]
  })
  return (
    <div className={classes['charts']}>
      {charts
        .filter(({ curves }) => curves.length > 0)
        .map(({ title, curves, axis }) => (
          <Chart key={title} title={title} curves={curves} axis={axis} />
        ))}
    </div>
  )
}

function Transfers({ comparison }: { readonly comparison: Comparison }) {
  const { models, cells } = comparison
  const judged = cells.filter(({ transfer }) => transfer.length > 0).map(({ method }) => method)
  return [...new Set(judged)].map((method) => (
    <Table key={method} aria-label={texts.comparisons.transferred(method)} captionSide="top">
      <Table.Caption>{texts.comparisons.transferred(method)}</Table.Caption>
      <Table.Thead>
        <Table.Tr>
          <Table.Th />
          {models.map(({ name }, index) => (
            <Table.Th key={index}>{name}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {transferMatrix(comparison, method).map((row, made) => (
          <Table.Tr key={made}>
            <Table.Th scope="row">{models[made]?.name}</Table.Th>
            {row.map((rate, judge) => (
              <Table.Td key={judge}>{percent(rate, 0)}</Table.Td>
            ))}
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  ))
}
