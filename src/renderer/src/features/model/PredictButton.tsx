import { Button, Progress, Text } from '@mantine/core'
import { texts } from '../../texts.ts'
import { predictionsKey, predictStudy, usePredictions } from '../../state/predictions.ts'

/** Lets a model predict a study, and tells how far it is. */
export function PredictButton({ study, model }: { readonly study: string; readonly model: string }) {
  const progress = usePredictions((all) => all[predictionsKey(study, model)]?.progress)
  if (progress === undefined)
    return (
      <Button
        onClick={() => {
          void predictStudy(study, model)
        }}
      >
        {texts.model.predict}
      </Button>
    )
  const { done, total, cancel } = progress
  return (
    <div role="status">
      <Text size="sm">{texts.model.predicting(Math.floor(done), total)}</Text>
      <Progress
        value={total === 0 ? 0 : (100 * done) / total}
        my={6}
        aria-label={texts.model.predicting(Math.floor(done), total)}
      />
      <Button variant="default" onClick={cancel}>
        {texts.app.cancel}
      </Button>
    </div>
  )
}
