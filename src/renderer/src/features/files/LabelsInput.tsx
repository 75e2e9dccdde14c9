import type { TaskForm } from '../../../../core/tasks/form.ts'
import { texts } from '../../texts.ts'
import { PathInput } from './PathInput.tsx'

interface LabelsInputProps {
  /** Undefined while the model isn't known. */
  readonly labels: TaskForm['labels'] | undefined
  readonly value: string
  /** Where browsing begins. */
  readonly start: string | undefined
  readonly description?: string
  readonly onChange: (path: string) => void
}

/** Where labels are: a file, or masks. */
export function LabelsInput({ labels, start, ...field }: LabelsInputProps) {
  const areMasks = labels?.kind === 'masks'
  const title = areMasks ? texts.files.masksTitle : texts.files.labelsTitle
  return (
    <PathInput
      {...field}
      label={areMasks ? texts.attack.masks : texts.attack.labels}
      pick={{ kind: areMasks ? 'masks' : 'labels', title, start }}
    />
  )
}
