import { Table, Text } from '@mantine/core'
import type { ActiveSlice } from '../../state/use-active-slice.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { classColour } from './class-colours.ts'
import classes from './model.module.css'
import { frameKey, predictionsKey, usePredictions } from './predictions.ts'

interface BoxTableProps extends Pick<ActiveSlice, 'study' | 'series' | 'image' | 'frame'> {
  readonly model: string
  readonly classNames: readonly string[]
}

/** The boxes that a detector finds in the active picture. Nothing before it was predicted, and of other tasks. */
export function BoxTable({ study, series, image, frame, model, classNames }: BoxTableProps) {
  const uid = useUi(({ studies }) => {
    const shown = studies.find(({ id }) => id === study)?.series.find(({ index }) => index === series)
    return shown?.images.find(({ index }) => index === image)?.sopInstanceUid
  })
  const boxes = usePredictions((all) => all[predictionsKey(study, model)]?.byFrame.get(frameKey(uid ?? '', frame + 1))?.boxes)
  if (boxes === undefined) return null
  return (
    <section aria-label={texts.model.boxes}>
      <Text size="sm" fw={600} mb={4}>
        {texts.model.boxes}
      </Text>
      {boxes.length === 0 && <Text size="sm">{texts.model.noBoxes}</Text>}
      <Table data-testid="boxes">
        <Table.Thead>
          <Table.Tr>
            <Table.Th>{texts.model.areaClass}</Table.Th>
            <Table.Th>{texts.model.boxScore}</Table.Th>
            <Table.Th>{texts.model.boxPlace}</Table.Th>
          </Table.Tr>
        </Table.Thead>
        <Table.Tbody>
          {boxes.map((box, index) => (
            <Table.Tr key={index}>
              <Table.Td>
                <span className={classes['swatch']} style={{ background: classColour(box.class) }} /> {classNames[box.class]}
              </Table.Td>
              <Table.Td>{`${(100 * box.score).toFixed(1)} %`}</Table.Td>
              <Table.Td>{`${[box.x0, box.y0].map(Math.round).join(', ')} – ${[box.x1, box.y1].map(Math.round).join(', ')}`}</Table.Td>
            </Table.Tr>
          ))}
        </Table.Tbody>
      </Table>
    </section>
  )
}
