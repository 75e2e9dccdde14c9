import { Button, Group, Stack, Text, Title } from '@mantine/core'
import { texts } from '../../texts.ts'
import { askForStudy, openStudy } from './open-study.ts'
import classes from './study.module.css'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { useUi } from '../../state/ui-store.ts'

interface WelcomeProps {
  readonly onAttackSample: () => void
  readonly onOpenSample: () => void
  readonly isBusy: boolean
}

/** What a first start shows: the sample is one click away. */
export function Welcome({ onAttackSample, onOpenSample, isBusy }: WelcomeProps) {
  return (
    <div className={classes['welcome']}>
      <Title order={1} size="h2">
        {texts.study.welcome}
      </Title>
      <Text maw={520} c="dimmed">
        {texts.study.welcomeText}
      </Text>
      <Button size="md" loading={isBusy} onClick={onAttackSample}>
        {texts.study.attackSample}
      </Button>
      <Group>
        <Button size="sm" variant="default" onClick={onOpenSample}>
          {texts.study.openSample}
        </Button>
        <Button size="sm" variant="default" onClick={askForStudy}>
          {texts.study.openOwn}
        </Button>
      </Group>
    </div>
  )
}

/** Studies that were opened before and are not open now. */
export function RecentStudies() {
  const recent = useQuery(api.studies.recent.queryOptions())
  const studies = useUi((ui) => ui.studies)
  const others = recent.data?.filter(({ id }) => studies.every((study) => study.id !== id)) ?? []
  if (others.length === 0) return null
  return (
    <section aria-label={texts.study.recent}>
      <Text size="xs" c="dimmed" fw={600}>
        {texts.study.recent}
      </Text>
      <Stack gap={2} mt={4}>
        {others.slice(0, 8).map(({ id, title, paths }) => (
          <Button
            key={id}
            size="compact-sm"
            variant="subtle"
            justify="flex-start"
            title={paths.join('\n')}
            onClick={() => {
              void openStudy(paths)
            }}
          >
            {title}
          </Button>
        ))}
      </Stack>
    </section>
  )
}
