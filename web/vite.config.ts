import { defineConfig } from 'vitest/config';

// `vite` alone shows the page against a running program: SAM_ANNOTATOR_URL=http://127.0.0.1:8008 npm run dev
const program = process.env['SAM_ANNOTATOR_URL'] ?? 'http://127.0.0.1:8008';

export default defineConfig({
  // JSX is compiled by Vite itself; no Babel.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  server: { proxy: { '/api': { target: program, changeOrigin: true, headers: { origin: program } } } }, // it answers its own page alone
  build: {
    target: 'es2022',
    assetsInlineLimit: 0, // no data: addresses, so that the content security policy can stay strict
    modulePreload: { polyfill: false },
    reportCompressedSize: true,
  },
  test: { include: ['tests/**/*.test.ts'], environment: 'node' },
});
