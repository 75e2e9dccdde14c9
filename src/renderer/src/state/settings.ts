import { useQuery } from '@tanstack/react-query'
import type { Settings } from '../../../engine/server/settings-file.ts'
import { api, engine, queryClient } from '../api/client.ts'
import { notifyUser } from '../api/notify.ts'

/** What the user has set; undefined until the engine has answered. */
export function useSettings(): Settings | undefined {
  return useQuery(api.settings.get.queryOptions()).data
}

/** Changes what is given, at once, and keeps the rest; what can't be kept is said, and is as before then. */
export async function changeSettings(change: Partial<Settings>): Promise<void> {
  const key = api.settings.get.queryKey()
  const before = queryClient.getQueryData(key)
  queryClient.setQueryData(key, before && { ...before, ...change })
  try {
    queryClient.setQueryData(key, await engine.settings.set.mutate(change))
    if ('device' in change || 'threads' in change)
      await queryClient.invalidateQueries(api.device.list.queryFilter())
  } catch (error) {
    queryClient.setQueryData(key, before)
    notifyUser(error)
  }
}
