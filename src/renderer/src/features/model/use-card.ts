import { useQuery } from '@tanstack/react-query'
import type { ModelCard } from '../../../../core/model/card.ts'
import { api } from '../../api/client.ts'

/** The card of a model; undefined while it isn't known. */
export function useCard(model: string | undefined): ModelCard | undefined {
  const models = useQuery(api.models.list.queryOptions())
  return models.data?.models.find(({ name }) => name === model)?.card
}
