/**
 * What a page of ours may load: its own files, and nothing from anywhere else. Styles may be inline because the component library writes
 * its variables into style elements; scripts may not. Pictures may be made by the page itself (cursors, saved charts).
 */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')
