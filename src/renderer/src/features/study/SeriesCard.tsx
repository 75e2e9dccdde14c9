import { Badge, Group, Text } from '@mantine/core'
import type { SeriesInfo } from '../../../../engine/server/studies/study-info.ts'
import { showSeries, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { slicesOf } from '../../viewer/slices.ts'
import { Thumbnail } from '../../viewer/Thumbnail.tsx'
import { seriesText } from '../../state/examinations.ts'
import classes from './study.module.css'

interface SeriesCardProps {
  readonly study: string
  readonly series: SeriesInfo
  readonly isAttacked: boolean
}

/** One series: image, description, size. A click shows it in the active viewport. */
export function SeriesCard({ study, series, isAttacked }: SeriesCardProps) {
  const isShown = useUi(({ panes }) =>
    panes.some((pane) => pane.series?.study === study && pane.series.series === series.index),
  )
  const slices = slicesOf(series.images)
  const middle = slices[Math.floor(slices.length / 2)]
  return (
    <button
      type="button"
      className={classes['series']}
      data-shown={isShown || undefined}
      aria-pressed={isShown}
      onClick={() => {
        showSeries({ study, series: series.index })
      }}
    >
      {middle !== undefined && (
        <Thumbnail study={study} image={middle.image} frame={middle.frame} size={56} />
      )}
      <div className={classes['seriesText']}>
        <Text size="sm" lineClamp={2}>
          {seriesText(series)}
        </Text>
        <Group gap={6}>
          <Text size="xs" c="dimmed">
            {[series.modality, texts.study.images(slices.length)].filter((part) => part !== null).join(' · ')}
          </Text>
          {isAttacked && (
            <Badge size="xs" color="orange" variant="light">
              {texts.study.attacked}
            </Badge>
          )}
        </Group>
      </div>
    </button>
  )
}
