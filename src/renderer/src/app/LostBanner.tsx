import { useQuery } from '@tanstack/react-query'
import { useEffect, useRef } from 'react'
import { api, queryClient } from '../api/client.ts'
import { texts } from '../texts.ts'
import classes from './app.module.css'

const askAgainMilliseconds = 5000

/**
 * The engine's memory, asked for now and then while the page is seen: whether the engine is there shows too.
 */
export function useEngineMemory() {
  return useQuery(
    api.device.memory.queryOptions(undefined, {
      refetchInterval: askAgainMilliseconds,
      refetchIntervalInBackground: false,
    }),
  )
}

/** Says that the engine has gone, until it answers again: what was known of it is asked anew then. */
export function LostBanner() {
  const isLost = useEngineMemory().isError
  const wasLost = useRef(false)
  useEffect(() => {
    if (wasLost.current && !isLost) void queryClient.invalidateQueries()
    wasLost.current = isLost
  }, [isLost])
  if (!isLost) return null
  return (
    <div className={classes['lost']} role="alert" data-testid="lost">
      {texts.errors.lost}
    </div>
  )
}
