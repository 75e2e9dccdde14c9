import { Button, Stack, Text } from '@mantine/core'
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client.ts'
import { useUi } from '../../state/ui-store.ts'
import { texts } from '../../texts.ts'
import { openStudy } from './open-study.ts'

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
