import { useQuery } from '@tanstack/react-query'
import { useEffect } from 'react'
import { api } from '../../api/client.ts'
import { setUi, useUi } from '../../state/ui-store.ts'

/** Chooses the first model that is there as soon as it is known, whatever step is shown by then. */
export function useFirstModel(): void {
  const models = useQuery(api.models.list.queryOptions())
  const chosen = useUi((ui) => ui.model)
  const first = models.data?.models[0]?.name
  useEffect(() => {
    if (chosen === undefined && first !== undefined) setUi({ model: first })
  }, [chosen, first])
}
