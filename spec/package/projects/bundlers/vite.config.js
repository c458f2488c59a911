export default {
  build: {
    outDir: 'out',
    minify: false,
    rollupOptions: { input: 'backend.js', output: { entryFileNames: 'bundle.js' } },
  },
  ssr: { noExternal: true },
}
