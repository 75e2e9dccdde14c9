import { Loader, Modal, Stack, Table, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import type { AttackRecord } from '../../../../engine/export/record.ts'
import type { RunInfo } from '../../../../engine/server/runs/run-info.ts'
import { api } from '../../api/client.ts'
import { Fault } from '../../ui/Fault.tsx'
import { texts } from '../../texts.ts'
import { fooledTogether, outcomeRows, settingRows, type ComparedRow } from './compare-runs.ts'

interface CompareRunsProps {
  readonly runs: readonly [RunInfo, RunInfo]
  readonly onClose: () => void
}

/** Two runs that are done, side by side: what they were asked for and what came of it. */
export function CompareRuns({ runs: [a, b], onClose }: CompareRunsProps) {
  const first = useQuery(api.runs.get.queryOptions({ run: a.id }))
  const second = useQuery(api.runs.get.queryOptions({ run: b.id }))
  const [one, other] = [first.data?.record, second.data?.record]
  const names = [headOf(a), headOf(b)] as const
  return (
    <Modal opened size="xl" title={texts.runs.compared.title} onClose={onClose}>
      {(first.isPending || second.isPending) && <Loader size="sm" />}
      {first.isError && <Fault error={first.error} />}
      {second.isError && <Fault error={second.error} />}
      {one && other && (
        <Stack gap="md">
          <Comparison heading={texts.runs.compared.outcome} names={names} rows={outcomeRows(one, other)} />
          <Together one={one} other={other} />
          <Comparison heading={texts.runs.compared.settings} names={names} rows={settingRows(one, other)} />
        </Stack>
      )}
    </Modal>
  )
}

/** Runs of one name are known by their time. */
function headOf({ request: { name, created } }: RunInfo): string {
  return `${name} (${new Date(created).toLocaleString()})`
}

interface ComparisonProps {
  readonly heading: string
  readonly names: readonly [string, string]
  readonly rows: readonly ComparedRow[]
}

function Comparison({ heading, names, rows }: ComparisonProps) {
  return (
    <Table aria-label={heading} layout="fixed">
      <Table.Thead>
        <Table.Tr>
          {[heading, ...names].map((name, i) => (
            <Table.Th key={i}>{name}</Table.Th>
          ))}
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {rows.map(({ name, values, differs }) => (
          <Table.Tr key={name} fw={differs ? 600 : undefined} data-differs={differs || undefined}>
            <Table.Th scope="row">{differs ? `${name} ≠` : name}</Table.Th>
            <Table.Td>{values[0]}</Table.Td>
            <Table.Td>{values[1]}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  )
}

function Together({ one, other }: { readonly one: AttackRecord; readonly other: AttackRecord }) {
  const { both, onlyFirst, onlySecond, neither } = fooledTogether(one, other)
  return (
    <Text size="sm" data-testid="fooled-together">
      {both + onlyFirst + onlySecond + neither === 0
        ? texts.runs.compared.nothingShared
        : texts.runs.compared.together(both, onlyFirst, onlySecond, neither)}
    </Text>
  )
}
