import { Table, Text } from '@mantine/core'
import type { AttackSummary } from '../../../../core/evaluate/summary.ts'
import { texts } from '../../texts.ts'

/** Of a segmentation that is done: how every class agrees with the labels before and after, means over the slices. */
export function SegmentTable({ segments }: { readonly segments: AttackSummary['segments'] }) {
  if (segments === undefined) return null
  return (
    <section aria-label={texts.results.segments}>
      <Text size="sm" fw={600} mb={4}>
        {texts.results.segments}
      </Text>
      <Table data-testid="segments">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.results.segmentClass}</Table.Th>
            <Table.Th>Dice</Table.Th>
            <Table.Th>IoU</Table.Th>
            <Table.Th>{texts.results.hd95(segments.distanceUnit ?? '')}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {segments.classes.map((each) => (
            <Table.Tr key={each.class}>
              <Table.Td>{each.class}</Table.Td>
              <Table.Td>{change(each.diceBefore, each.diceAfter, 3)}</Table.Td>
              <Table.Td>{change(each.iouBefore, each.iouAfter, 3)}</Table.Td>
              <Table.Td>{change(each.hd95Before, each.hd95After, 1)}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}

function change(before: number | null, after: number | null, digits: number): string {
  return [before, after].map((value) => (value === null ? '—' : value.toFixed(digits))).join(' → ')
}
