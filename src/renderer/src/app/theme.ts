import {
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
import { texts } from '../texts.ts'

/** The list of options scrolls, and no box around it, which the keyboard could not reach. */
const scrollingList = {
  withScrollArea: false,
  styles: { options: { maxHeight: 360, overflowY: 'auto' } },
} as const

/**
 * Colours and font sizes are in theme.css: the page's content security policy allows no generated style
 * sheets.
 */
export const theme = createTheme({
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
