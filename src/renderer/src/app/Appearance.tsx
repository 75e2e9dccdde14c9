import {
  MantineProvider,
  Button,
  createTheme,
  Drawer,
  Modal,
  MultiSelect,
  NumberInput,
  Select,
  Table,
  TextInput,
  Tooltip,
} from '@mantine/core'
import { useColorScheme } from '@mantine/hooks'
import { type ReactNode, useLayoutEffect } from 'react'
import { useSettings } from '../state/settings.ts'
import { texts } from '../texts.ts'

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

/** The list of options scrolls, and no box around it, which the keyboard could not reach. */
const scrollingList = {
  withScrollArea: false,
  styles: { options: { maxHeight: 360, overflowY: 'auto' } },
} as const

/**
 * Colours and font sizes are in theme.css: the page's content security policy allows no generated style
 * sheets.
 */
const theme = createTheme({
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  components: {
    Button: Button.extend({ defaultProps: { size: 'xs' } }),
    TextInput: TextInput.extend({ defaultProps: { size: 'xs' } }),
    NumberInput: NumberInput.extend({ defaultProps: { size: 'xs' } }),
    Select: Select.extend({ defaultProps: { size: 'xs', allowDeselect: false, ...scrollingList } }),
    MultiSelect: MultiSelect.extend({ defaultProps: scrollingList }),
    Table: Table.extend({ defaultProps: { fz: 'xs', verticalSpacing: 3, horizontalSpacing: 6 } }),
    Tooltip: Tooltip.extend({ defaultProps: { openDelay: 400, withArrow: true } }),
    // Locking the page's scrolling would need a generated style sheet; the page does not scroll.
    Modal: Modal.extend({
      defaultProps: {
        lockScroll: false,
        centered: true,
        closeButtonProps: { 'aria-label': texts.app.close },
      },
    }),
    Drawer: Drawer.extend({ defaultProps: { lockScroll: false } }),
  },
})
