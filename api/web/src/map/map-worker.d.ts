declare module "map-worker" {
  /** Address of the map library's worker. */
  const address: string;
  export default address;
}
