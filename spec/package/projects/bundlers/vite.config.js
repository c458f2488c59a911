export default {
  build: {
    outDir: 'out',
    minify: false,
    rollupOptions: { input: process.env.ENTRY, output: { entryFileNames: 'bundle.js' } },
  },
  ssr: { noExternal: true },
}
