import { Modal, Text } from '@mantine/core'
import type { ReactNode } from 'react'
import type { StudyInfo } from '../../../../engine/server/studies/study-info.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'

interface NewJobProps {
  readonly title: string
  readonly onClose: () => void
  /** Asks what is to be done on a study. */
  readonly form: (study: StudyInfo) => ReactNode
}

/** The dialog in which a job on the study that is shown is asked for; says so where none is. */
export function NewJob({ title, onClose, form }: NewJobProps) {
  const study = useUi(({ studies, panes, activePane }) =>
    studies.find(({ id }) => id === panes[activePane]?.series?.study),
  )
  return (
    <Modal opened size="lg" title={title} onClose={onClose}>
      {study === undefined ? <Text size="sm">{texts.comparisons.noStudy}</Text> : form(study)}
    </Modal>
  )
}
