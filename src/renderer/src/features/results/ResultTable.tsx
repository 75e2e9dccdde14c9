import { Table, Text } from '@mantine/core'
import { memo, useState } from 'react'
import { decimal } from '../../../../core/number-texts.ts'
import { withConfidence } from '../../state/card-answers.ts'
import { showComparison, useUi } from '../../state/ui-store.ts'
import { useRestedSlice } from '../../state/use-active-slice.ts'
import { texts } from '../../texts.ts'
import { percentChange, type ResultRow, sortedRows, type SortKey, type SortOrder } from './result-rows.ts'
import classes from './results.module.css'

interface ResultTableProps {
  readonly study: string
  readonly rows: readonly ResultRow[]
}

// What matters most comes first: the panel is narrow, and the rest is scrolled to.
const columnsOfClasses: readonly SortKey[] = [
  'slice',
  'success',
  'before',
  'after',
  'label',
  'linf',
  'psnr',
  'ssim',
]
const columnsOfBoxes: readonly SortKey[] = [
  'slice',
  'success',
  'found',
  'highest',
  'wrong',
  'linf',
  'psnr',
  'ssim',
]

/** Every attacked slice, sorted by any column; a row's number, or a click on it, goes to the slice. */
export const ResultTable = memo(function ResultTable({ study, rows }: ResultTableProps) {
  const [order, setOrder] = useState<SortOrder>({ key: 'slice', descending: false })
  const active = useRestedSlice()
  if (rows.length === 0) return null
  const columns = rows[0]?.boxes === undefined ? columnsOfClasses : columnsOfBoxes
  const several = new Set(rows.map(({ series }) => series)).size > 1
  return (
    <section aria-label={texts.results.table}>
      <Text size="sm" fw={600} mb={4}>
        {texts.results.table}
      </Text>
      <div className={classes['tableFrame']} tabIndex={0} role="region" aria-label={texts.results.table}>
        <Table stickyHeader data-testid="slices">
          <Table.Thead>
            <Table.Tr>
              {columns.map((key) => (
                <ColumnHead key={key} column={key} order={order} onOrder={setOrder} />
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {sortedRows(rows, order).map((row) => (
              <Row
                key={`${row.series} ${row.slice}`}
                row={row}
                name={several ? `${row.series + 1}.${row.slice + 1}` : String(row.slice + 1)}
                isCurrent={
                  active?.study === study && active.series === row.series && active.slice === row.slice
                }
                onShow={() => {
                  showRow(study, row)
                }}
              />
            ))}
          </Table.Tbody>
        </Table>
      </div>
    </section>
  )
})

function showRow(study: string, { series, slice }: ResultRow): void {
  const { run } = useUi.getState()
  if (run !== undefined) showComparison(run, { study, series }, slice)
}

interface ColumnHeadProps {
  readonly column: SortKey
  readonly order: SortOrder
  readonly onOrder: (order: SortOrder) => void
}

/** A column's name. A click sorts by it, and a second one the other way round. */
function ColumnHead({ column, order: { key, descending }, onOrder }: ColumnHeadProps) {
  const isSorted = column === key
  return (
    <Table.Th aria-sort={isSorted ? (descending ? 'descending' : 'ascending') : 'none'}>
      <button
        type="button"
        className={classes['sort']}
        onClick={() => {
          onOrder({ key: column, descending: isSorted && !descending })
        }}
      >
        {texts.results.columns[column]}
        {isSorted ? (descending ? ' ↓' : ' ↑') : ''}
      </button>
    </Table.Th>
  )
}

interface RowProps {
  readonly row: ResultRow
  readonly name: string
  readonly isCurrent: boolean
  readonly onShow: () => void
}

function Row({ row, name, isCurrent, onShow }: RowProps) {
  return (
    <Table.Tr className={classes['row']} data-current={isCurrent || undefined} onClick={onShow}>
      <Table.Td>
        <button type="button" className={classes['number']} onClick={onShow}>
          {name}
        </button>
      </Table.Td>
      <Table.Td>
        {row.metBefore ? texts.results.metBefore : row.success ? texts.results.yes : texts.results.no}
      </Table.Td>
      {said(row).map((text, i) => (
        <Table.Td key={i}>{text}</Table.Td>
      ))}
      <Table.Td>{row.linf}</Table.Td>
      <Table.Td>{decimal(row.psnr, 1)}</Table.Td>
      <Table.Td>{decimal(row.ssim, 4)}</Table.Td>
    </Table.Tr>
  )
}

/** What the model says before and after, beside what is there. */
function said({
  label,
  before,
  confidenceBefore,
  after,
  confidenceAfter,
  boxes,
}: ResultRow): readonly string[] {
  if (boxes === undefined)
    return [withConfidence(before, confidenceBefore), withConfidence(after, confidenceAfter), label]
  const { labelled, found, highest, wrong } = boxes
  return [
    texts.results.foundOf(found.before, found.after, labelled),
    percentChange(highest.before, highest.after),
    `${wrong.before} → ${wrong.after}`,
  ]
}
