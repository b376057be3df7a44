import { duration } from "../frame/words";
import type { Job } from "./shapes";
import { percent, say } from "./words";

/** How far something is that runs beside the service, how long it still takes, and its end. */
export function JobProgress({ job, cancel }: { job: Job; cancel: () => void }) {
  const going = job.state === "waiting" || job.state === "running";
  return (
    <div class="job" role="status" data-testid="job" data-state={job.state}>
      <span>
        {job.id} · {say(job.state)}
        {going && ` ${percent(job.progress, 0)}`}
        {going && job.left_s !== null && ` · ${say("remaining")} ${duration(job.left_s)} ${say("remainingAfter")}`}
      </span>
      {going && (
        <>
          <progress max={1} value={job.progress} aria-label={say(job.state)} />
          <button class="button quiet" type="button" onClick={cancel}>
            {say("stop")}
          </button>
        </>
      )}
      {job.state === "failed" && job.said && <p class="alert">{job.said}</p>}
    </div>
  );
}
