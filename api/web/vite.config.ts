import { defineConfig } from "vite";
import { mapLibrary } from "./map_library.ts";

export default defineConfig({
  base: "/",
  plugins: [mapLibrary()],
  build: {
    outDir: "dist",
    emptyOutDir: true,
    target: "es2022",
    // The map library alone is above Vite's default; the budget is 450 KB gzip in all.
    chunkSizeWarningLimit: 1500,
    rolldownOptions: {
      input: { index: "index.html", "officer-keeper": "src/officer/page_keeper.ts" },
      output: {
        // A service worker is known by its address, which stays.
        entryFileNames: ({ name }) =>
          name === "officer-keeper" ? "[name].js" : "assets/[name]-[hash].js",
      },
    },
  },
  oxc: { jsx: { runtime: "automatic", importSource: "preact" } },
  server: { proxy: { "/api": "http://127.0.0.1:8000", "/tiles": "http://127.0.0.1:8000" } },
});
