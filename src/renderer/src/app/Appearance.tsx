import { MantineProvider } from '@mantine/core'
import { useColorScheme } from '@mantine/hooks'
import { type ReactNode, useLayoutEffect } from 'react'
import { useSettings } from '../state/settings.ts'
import { theme } from './theme.ts'

/** Everything in the colours and the text size that the user has set; dark and normal until that is known. */
export function Appearance({ children }: { readonly children: ReactNode }) {
  const settings = useSettings()
  const ofSystem = useColorScheme('dark', { getInitialValueInEffect: false })
  const wanted = settings?.theme ?? 'dark'
  const textSize = settings?.textSize ?? 'normal'
  useLayoutEffect(() => {
    document.documentElement.dataset['textSize'] = textSize
  }, [textSize])
  return (
    <MantineProvider
      theme={theme}
      forceColorScheme={wanted === 'system' ? ofSystem : wanted}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      {children}
    </MantineProvider>
  )
}
