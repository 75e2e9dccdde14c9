/**
 * What a page of ours may load: its own files, and nothing from anywhere else. Neither scripts nor styles may
 * be inline: what scripts set on an element's `style` is no markup and stays allowed. Images may be made by
 * the page itself (cursors, saved charts).
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
