/** What the service tells whoever has no account. */

import type { LonLat, Reason } from "../service/ask";

export interface FoundPlace {
  name: string;
  name_en: string;
  address: string;
  within: string;
  lon_lat: LonLat;
}

export interface FoundMatter {
  code: string;
  name: string;
  name_en: string;
  domain: string;
  domain_en: string;
  heard: { said: string; stands_for: string }[];
}

export interface Nearby {
  id: string;
  matters: string[];
  matters_en: string[];
  distance_m: number;
  age_s: number;
}

export interface Receipt {
  receipt: string;
  reported_at: string;
  joined: boolean;
}

export interface Progress extends Receipt {
  state: string;
  matters: string[];
  matters_en: string[];
  photos: number;
  may_rate: boolean;
  rating: number | null;
  steps: { at: string; state: string; said: Reason }[];
}

/** A receipt as the phone keeps it. */
export interface KeptReceipt {
  receipt: string;
  secret: string;
  reported_at: string;
}
