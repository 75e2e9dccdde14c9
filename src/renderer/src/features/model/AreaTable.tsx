import { Table, Text } from '@mantine/core'
import type { ActiveSlice } from '../../state/use-active-slice.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { classColour } from './class-colours.ts'
import classes from './model.module.css'
import { frameKey, predictionsKey, usePredictions } from './predictions.ts'

interface AreaTableProps extends Pick<ActiveSlice, 'study' | 'series' | 'image' | 'frame'> {
  readonly model: string
  readonly classNames: readonly string[]
}

/** What a segmentation says of the active picture: how much of it each class takes. Nothing before it was predicted, and of other tasks. */
export function AreaTable({ study, series, image, frame, model, classNames }: AreaTableProps) {
  const shown = useUi(({ studies }) =>
    studies
      .find(({ id }) => id === study)
      ?.series.find(({ index }) => index === series)
      ?.images.find(({ index }) => index === image),
  )
  const areas = usePredictions(
    (all) => all[predictionsKey(study, model)]?.byFrame.get(frameKey(shown?.sopInstanceUid ?? '', frame + 1))?.areas,
  )
  if (areas === undefined) return null
  const all = (shown?.rows ?? 0) * (shown?.columns ?? 0)
  return (
    <section aria-label={texts.model.areas}>
      <Text size="sm" fw={600} mb={4}>
        {texts.model.areas}
      </Text>
      <Table data-testid="areas">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.model.areaClass}</Table.Th>
            <Table.Th>{texts.model.areaPixels}</Table.Th>
            <Table.Th>{texts.model.areaShare}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {classNames.map((name, index) => (
            <Table.Tr key={name}>
              <Table.Td>
                <span className={classes['swatch']} style={{ background: classColour(index) }} /> {name}
              </Table.Td>
              <Table.Td>{areas[index] ?? 0}</Table.Td>
              <Table.Td>{`${((100 * (areas[index] ?? 0)) / Math.max(1, all)).toFixed(1)} %`}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
