import { Loader, Stack, Text } from '@mantine/core'
import { useState } from 'react'
import { seriesOf, useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { useRestedSlice } from '../../state/use-active-slice.ts'
import { Fault } from '../../ui/Fault.tsx'
import { CardForm, type CardView } from './CardForm.tsx'
import { CardPreview } from './CardPreview.tsx'
import classes from './card.module.css'
import { KeepCard, type Keeping } from './KeepCard.tsx'
import { seenSlices } from './seen-slices.ts'
import { TryCard } from './TryCard.tsx'
import { useCardDraft, type CardDraft } from './use-card-draft.ts'

interface CardWorkProps {
  /** A file's path, or the name of a model that is there. */
  readonly model: string
  readonly cardFile?: string | undefined
  readonly keeping: Keeping
  readonly onKept: (model: string | undefined) => void
}

/** A card while it is written: the form, what the model sees and says by it, and where it is kept. */
export function CardWork({ model, cardFile, keeping, onKept }: CardWorkProps) {
  const draft = useCardDraft(model, cardFile)
  const { known } = draft
  const [view, setView] = useState<CardView>('form')
  if (known === undefined)
    return draft.error === null ? (
      <Stack align="center" p="lg" role="status">
        <Loader size="sm" />
        <Text size="sm">{texts.card.reading}</Text>
      </Stack>
    ) : (
      <Fault error={draft.error} />
    )
  return (
    <div className={classes['work']}>
      <div className={classes['form']}>
        {draft.error !== null && <Fault error={draft.error} />}
        <CardForm draft={draft} known={known} view={view} onView={setView} />
      </div>
      <Side draft={draft} />
      <KeepCard
        draft={draft}
        known={known}
        keeping={keeping}
        onKept={onKept}
        onForm={() => {
          setView('form')
        }}
      />
    </div>
  )
}

/** The series in the active viewport, as the model would see it. */
function Side({ draft }: { readonly draft: CardDraft }) {
  const active = useRestedSlice()
  const images = useUi((ui) => seriesOf(ui.studies, active)?.images)
  const slices = active === undefined || images === undefined ? [] : seenSlices(active.study, images)
  const [picked, setPicked] = useState<number>()
  const chosen = slices.find(({ slice }) => slice === picked) ?? slices[Math.floor(slices.length / 2)]
  return (
    <div className={classes['side']}>
      <Stack gap="md">
        <CardPreview
          draft={draft}
          slices={slices}
          chosen={chosen}
          onChoose={({ slice }) => {
            setPicked(slice)
          }}
        />
        <TryCard draft={draft} slices={slices} />
      </Stack>
    </div>
  )
}
