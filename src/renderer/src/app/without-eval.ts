import { z } from 'zod'

/**
 * Schemas check without compiled code: the page's content security policy allows none, and would complain.
 */
z.config({ jitless: true })
