import './without-eval.ts'
import '@mantine/core/styles.css'
import './theme.css'
import { QueryClientProvider } from '@tanstack/react-query'
import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { queryClient } from '../api/client.ts'
import { App } from './App.tsx'
import { Appearance } from './Appearance.tsx'
import { Boundary } from './Boundary.tsx'
import { texts } from '../texts.ts'

const root = document.getElementById('root')
if (root === null) throw new Error('internal: index.html has no element #root')
createRoot(root).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <Appearance>
        <Boundary part={texts.app.window}>
          <App />
        </Boundary>
      </Appearance>
    </QueryClientProvider>
  </StrictMode>,
)
