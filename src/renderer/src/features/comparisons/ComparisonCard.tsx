import { Badge, Button, Group, Progress, Text } from '@mantine/core'
import type { ComparisonInfo } from '../../../../engine/server/comparisons/comparison-service.ts'
import { texts } from '../../texts.ts'
import { deleteComparison, useComparisonWork, workOnComparison } from './comparison-work.ts'
import classes from './comparisons.module.css'

interface ComparisonCardProps {
  readonly comparison: ComparisonInfo
  readonly onShow: (id: string) => void
}

/** One comparison: what of, how far, and what can be done with it. */
export function ComparisonCard({ comparison, onShow }: ComparisonCardProps) {
  const { id, request, isDone, isInWork } = comparison
  const work = useComparisonWork((all) => all[id])
  const state = isDone ? 'done' : work !== undefined ? 'working' : isInWork ? 'elsewhere' : 'stopped'
  const { methods, budgets, models } = request
  return (
    <div className={classes['card']} data-testid="comparison">
      <button
        type="button"
        className={classes['open']}
        disabled={!isDone}
        onClick={() => {
          onShow(id)
        }}
      >
        <Text size="sm" fw={600}>
          {request.name}
        </Text>
        <Text size="xs" c="dimmed">
          {texts.comparisons.cells(methods.length, budgets.Linf.length + budgets.L2.length, models.length)} ·{' '}
          {new Date(request.created).toLocaleString()}
        </Text>
        <Badge
          size="xs"
          variant="light"
          mt={3}
          color={isDone ? 'green' : work === undefined ? 'gray' : 'blue'}
        >
          {texts.comparisons.states[state]}
        </Badge>
      </button>
      {work !== undefined && (
        <div role="status">
          <Text size="xs">{texts.comparisons.progress(Math.floor(work.done), work.total, work.note)}</Text>
          <Progress
            value={work.total === 0 ? 0 : (100 * work.done) / work.total}
            my={4}
            aria-label={request.name}
          />
        </div>
      )}
      <Actions state={state} id={id} onCancel={work?.cancel} />
    </div>
  )
}

interface ActionsProps {
  readonly id: string
  readonly state: keyof typeof texts.comparisons.states
  readonly onCancel: (() => void) | undefined
}

function Actions({ id, state, onCancel }: ActionsProps) {
  return (
    <Group gap={4} mt={4}>
      {state === 'stopped' && (
        <Button size="compact-xs" variant="default" onClick={() => void workOnComparison(id)}>
          {texts.comparisons.goOn}
        </Button>
      )}
      {onCancel !== undefined && (
        <Button size="compact-xs" variant="default" onClick={onCancel}>
          {texts.comparisons.cancel}
        </Button>
      )}
      {(state === 'stopped' || state === 'done') && (
        <Button size="compact-xs" variant="subtle" color="red" onClick={() => void deleteComparison(id)}>
          {texts.comparisons.delete}
        </Button>
      )}
    </Group>
  )
}
