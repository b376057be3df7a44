/** What a source shows before it is given something. */
export const NOTHING: GeoJSON.FeatureCollection = { type: "FeatureCollection", features: [] };
