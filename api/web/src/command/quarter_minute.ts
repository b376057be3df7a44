/** The clock in steps of a quarter of a minute, for what need not be drawn every second. */

import { computed } from "@preact/signals";
import { now } from "../frame/screen";

const STEP_MS = 15_000;

export const quarterMinute = computed(() => Math.floor(now.value / STEP_MS) * STEP_MS);
