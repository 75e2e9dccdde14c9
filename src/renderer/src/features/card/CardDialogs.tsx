import { Modal, Stack, Text } from '@mantine/core'
import { useState, type ReactNode } from 'react'
import { api, queryClient } from '../../api/client.ts'
import { forgetModelPredictions } from '../../state/predictions.ts'
import { closeDialog, setUi, useUi } from '../../state/ui-store.ts'
import { useModelInfo } from '../../state/card-answers.ts'
import { texts } from '../../texts.ts'
import { PathInput, PickButton } from '../files/PathInput.tsx'
import classes from './card.module.css'
import { CardWork } from './CardWork.tsx'

/** Adds a model: its file is picked or was dropped, its card read, filled in and kept. */
export function AddModel() {
  const file = useUi((ui) => ui.modelFile)
  const [card, setCard] = useState('')
  return (
    <CardDialog title={texts.card.addTitle} isWide={file !== undefined}>
      {file === undefined ? (
        <PickModel card={card} onCard={setCard} onPick={pickFile} />
      ) : (
        <CardWork
          key={file}
          model={file}
          cardFile={card === '' ? undefined : card}
          keeping="new"
          onKept={(name) => {
            void keptModel(name)
          }}
        />
      )}
    </CardDialog>
  )
}

/** Edits the card of the chosen model; of the sample's a copy. */
export function EditCard() {
  const model = useModelInfo(useUi((ui) => ui.model))
  if (model === undefined) return null
  return (
    <CardDialog title={texts.card.editTitle(model.name)} isWide>
      <CardWork
        model={model.name}
        keeping={model.source === 'sample' ? 'copy' : 'stored'}
        onKept={(name) => {
          void keptModel(name)
        }}
      />
    </CardDialog>
  )
}

/** What was picked or dropped last. */
function pickFile(modelFile: string): void {
  setUi({ modelFile })
}

/** What was known of models holds no longer. */
async function keptModel(name: string | undefined): Promise<void> {
  await Promise.all([
    queryClient.invalidateQueries(api.models.pathFilter()),
    queryClient.invalidateQueries(api.attacks.budget.queryFilter()),
  ])
  if (name !== undefined) {
    forgetModelPredictions(name)
    setUi({ model: name, step: 'model' })
  }
  closeDialog()
}

interface CardDialogProps {
  readonly title: string
  readonly isWide: boolean
  readonly children: ReactNode
}

function CardDialog({ title, isWide, children }: CardDialogProps) {
  return (
    <Modal
      opened
      size={isWide ? 'min(1240px, 96vw)' : 'lg'}
      title={title}
      closeOnClickOutside={false}
      onClose={closeDialog}
    >
      {children}
    </Modal>
  )
}

interface PickModelProps {
  readonly card: string
  readonly onCard: (path: string) => void
  readonly onPick: (path: string) => void
}

function PickModel({ card, onCard, onPick }: PickModelProps) {
  return (
    <Stack gap="sm">
      <div className={classes['drop']}>
        <Text size="sm" mb={10}>
          {texts.card.drop}
        </Text>
        <PickButton
          kind="model"
          title={texts.files.modelTitle}
          label={texts.files.chooseFile}
          onPick={onPick}
        />
      </div>
      <PathInput
        label={texts.model.cardFile}
        description={texts.model.cardHelp}
        value={card}
        pick={{ kind: 'card', title: texts.files.cardTitle }}
        onChange={onCard}
      />
    </Stack>
  )
}
