import '@mantine/core/styles.css'
import './theme.css'
import { MantineProvider } from '@mantine/core'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from '../api/client.ts'
import { App } from './App.tsx'
import { Boundary } from './Boundary.tsx'
import { texts } from '../texts.ts'
import { theme } from './theme.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('internal: index.html has no element #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <MantineProvider
        theme={theme}
        forceColorScheme="dark"
        withCssVariables={false}
        withGlobalClasses={false}
      >
        <Boundary part={texts.app.window}>
          <App />
        </Boundary>
      </MantineProvider>
    </QueryClientProvider>
  </StrictMode>,
)
