/** Joint operations and move-ups as the service tells of them. */

import type { LonLat, Reason } from "../../service/ask";

export interface JointAsk {
  arrive_by: string | null;
  sites: { id: string; lon_lat: LonLat; officers: number; skills: Record<string, number> }[];
}

export interface Party {
  site: string;
  last_arrival_s: number;
  officers: { officer: string | null; unit: string; skill: string | null; eta_s: number }[];
}

export interface JointPlan {
  now: string;
  feasible: boolean;
  proven: boolean;
  last_arrival_s: number | null;
  last_arrival_at: string | null;
  parties: Party[];
  shortages: { site: string; reason: Reason }[];
  zones: { zone: string; before: number; after: number; keep: number }[];
  available: number;
  left_out: Record<string, number>;
}

export interface Move {
  crew: string;
  post: string;
  lon_lat: LonLat;
  travel_time_s: number;
  gain_share: number;
}

export interface MoveUps {
  now: string;
  moves: Move[];
  share_before: number;
  share_after: number;
  gap: number;
  proven: boolean;
}
