import { ActionIcon, Badge, Button, Group, Progress, Stack, Text } from '@mantine/core'
import { IconTags, IconX } from '@tabler/icons-react'
import type { SeriesInfo, StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { setUi, showSeries, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { cancelOpening, closeStudy, useOpening } from './open-study.ts'
import { RecentStudies } from './Welcome.tsx'
import { examinationsOf, seriesText } from '../../state/examinations.ts'
import { slicesOf } from '../../viewer/slices.ts'
import { Thumbnail } from '../../viewer/Thumbnail.tsx'
import classes from './study.module.css'

/** Patient, examination and series of every open study. */
export function StudyPanel({ attackedStudies }: { readonly attackedStudies: ReadonlySet<string> }) {
  const studies = useUi((ui) => ui.studies)
  return (
    <Stack gap="sm">
      <OpeningProgress />
      {studies.length === 0 && (
        <Text size="sm" c="dimmed">
          {texts.study.empty}
        </Text>
      )}
      {studies.map((study) => (
        <OpenedStudy key={study.id} study={study} isAttacked={attackedStudies.has(study.id)} />
      ))}
      <RecentStudies />
    </Stack>
  )
}

function OpenedStudy({ study, isAttacked }: { readonly study: StudyInfo; readonly isAttacked: boolean }) {
  return (
    <section aria-label={study.title}>
      <StudyHead study={study} />
      <Aside study={study} />
      <Imported sentences={study.imported} />
      {examinationsOf(study).map(({ key, patient, title, series }) => (
        <div key={key}>
          <Text size="xs" c="dimmed" mt={4}>
            {patient}
          </Text>
          {title !== '' && (
            <Text size="xs" c="dimmed">
              {title}
            </Text>
          )}
          <Stack gap={2} mt={4}>
            {series.map((each) => (
              <SeriesCard key={each.index} study={study.id} series={each} isAttacked={isAttacked} />
            ))}
          </Stack>
        </div>
      ))}
    </section>
  )
}

/** What was assumed of images that are not DICOM. */
function Imported({ sentences }: { readonly sentences: StudyInfo['imported'] }) {
  if (sentences.length === 0) return null
  return (
    <div role="note" aria-label={texts.study.assumed}>
      {sentences.map((sentence) => (
        <Text key={sentence} size="xs" c="dimmed">
          {sentence}
        </Text>
      ))}
    </div>
  )
}

function StudyHead({ study: { id, title, paths } }: { readonly study: StudyInfo }) {
  return (
    <Group justify="space-between" wrap="nowrap" gap={4}>
      <Text fw={600} size="sm" truncate title={paths.join('\n')}>
        {title}
      </Text>
      <Group gap={2} wrap="nowrap">
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={texts.study.tags}
          title={texts.study.tags}
          onClick={() => {
            setUi({ dialog: 'tags' })
          }}
        >
          <IconTags size={16} />
        </ActionIcon>
        <ActionIcon
          variant="subtle"
          color="gray"
          aria-label={texts.study.closeStudy(title)}
          onClick={() => {
            closeStudy(id)
          }}
        >
          <IconX size={16} />
        </ActionIcon>
      </Group>
    </Group>
  )
}

/** What is not among the series; above them, since a long list would hide it. */
function Aside({ study }: { readonly study: StudyInfo }) {
  return (
    <>
      <Reasons count={study.failures.length} text={texts.study.failures} />
      <Reasons count={study.notExportable.length} text={texts.study.notExportable} />
      {study.skipped > 0 && (
        <Text size="xs" c="dimmed" mt={4}>
          {texts.study.skipped(study.skipped)}
        </Text>
      )}
    </>
  )
}

/** How many files there is something to say of; says it when it is pressed. */
function Reasons({ count, text }: { readonly count: number; readonly text: (count: number) => string }) {
  if (count === 0) return null
  return (
    <Button
      size="compact-xs"
      variant="light"
      color="orange"
      my={4}
      onClick={() => {
        setUi({ dialog: 'failures' })
      }}
    >
      {text(count)}
    </Button>
  )
}

function OpeningProgress() {
  const opening = useOpening((state) => state.opening)
  if (opening === undefined) return null
  const { title, done, total } = opening
  return (
    <div role="status">
      <Group justify="space-between" wrap="nowrap">
        <Text size="sm" truncate>
          {texts.study.opening(title)}
        </Text>
        <Button size="compact-xs" variant="default" onClick={cancelOpening}>
          {texts.app.cancel}
        </Button>
      </Group>
      <Progress
        value={total === 0 ? 0 : (100 * done) / total}
        mt={6}
        aria-label={texts.study.opening(title)}
      />
      <Text size="xs" c="dimmed" mt={2}>
        {texts.study.scanned(done, total)}
      </Text>
    </div>
  )
}

interface SeriesCardProps {
  readonly study: string
  readonly series: SeriesInfo
  readonly isAttacked: boolean
}

/** One series: image, description, size. A click shows it in the active viewport. */
function SeriesCard({ study, series, isAttacked }: SeriesCardProps) {
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
