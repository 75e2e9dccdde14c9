import { Table, Text } from '@mantine/core'
import type { ReactNode } from 'react'

interface SmallTableProps {
  readonly heading: string
  readonly testId: string
  readonly columns: readonly string[]
  /** As many cells as there are columns. */
  readonly rows: readonly (readonly ReactNode[])[]
  /** Said where there is no row. */
  readonly none?: string
}

/** A few lines of facts under a heading, in the column on the right. */
export function SmallTable({ heading, testId, columns, rows, none }: SmallTableProps) {
  return (
    <section aria-label={heading}>
      <Text size="sm" fw={600} mb={4}>
        {heading}
      </Text>
      {rows.length === 0 && none !== undefined && <Text size="sm">{none}</Text>}
      <Table data-testid={testId}>
        <Table.Thead>
          <Table.Tr>
            {columns.map((name) => (
              <Table.Th key={name}>{name}</Table.Th>
            ))}
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {rows.map((cells, row) => (
            <Table.Tr key={row}>
              {cells.map((cell, column) => (
                <Table.Td key={column}>{cell}</Table.Td>
              ))}
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
