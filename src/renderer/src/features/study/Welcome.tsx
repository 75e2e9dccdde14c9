import { Button, Group, Text, Title } from '@mantine/core'
import { texts } from '../../texts.ts'
import { askForStudy } from './ask-for-study.ts'
import classes from './study.module.css'

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
