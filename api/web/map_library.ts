/**
 * The map library out of its sources, so that page and worker share what both need.
 *
 * As it is published, page and worker are two files, each with the whole of that in it: a hundred
 * kilobytes, packed, that every first look would fetch twice.
 */

import type { Plugin } from "vite";

const LIBRARY = "node_modules/maplibre-gl";
const WORKER = `/${LIBRARY}/src/source/worker.ts`;
const ADDRESS = "map-worker";
const LICENCE =
  "/*! MapLibre GL JS, 3-clause BSD licence: https://github.com/maplibre/maplibre-gl-js/blob/main/LICENSE.txt */";

/** Answers `map-worker` with the address of the library's worker, and shortens what it drags in. */
export function mapLibrary(): Plugin {
  let serving = false;
  return {
    name: "map-library",
    enforce: "pre",
    config: () => ({
      resolve: { alias: [{ find: /^maplibre-gl$/, replacement: `/${LIBRARY}/src/index.ts` }] },
      oxc: {
        // As its own build does: fields that are only declared are none.
        assumptions: { setPublicClassFields: true },
        typescript: { removeClassFieldsWithoutInitializer: true },
      },
    }),
    configResolved: ({ command }) => void (serving = command === "serve"),
    resolveId: (id) => (id === ADDRESS ? `\0${ADDRESS}` : null),
    load(id) {
      if (id !== `\0${ADDRESS}`) return null;
      if (serving) return `export { default } from "${WORKER}?worker&url";`;
      const worker = this.emitFile({ type: "chunk", id: WORKER, name: ADDRESS });
      return `export default import.meta.ROLLUP_FILE_URL_${worker};`;
    },
    transform(code, id) {
      if (!id.endsWith(`${LIBRARY}/package.json`)) return null;
      const { version } = JSON.parse(code) as { version: string };
      return JSON.stringify({ version });
    },
    generateBundle(_, bundle) {
      for (const chunk of Object.values(bundle)) {
        const owned = chunk.type === "chunk" && chunk.moduleIds.some((id) => id.includes(LIBRARY));
        if (owned) chunk.code = `${LICENCE}\n${chunk.code}`;
      }
    },
  };
}
