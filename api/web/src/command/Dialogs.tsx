import { AutomationDialog } from "./automation/AutomationDialog";
import { open } from "./dialogs";
import { Help } from "./Help";
import { MergeDialog } from "./MergeDialog";
import { MoveDialog } from "./MoveDialog";
import { ReleaseDialog } from "./ReleaseDialog";
import { ReportDialog } from "./ReportDialog";
import { SendDialog } from "./SendDialog";

/** The dialog that stands open, if one does. */
export function Dialogs() {
  const which = open.value;
  switch (which?.dialog) {
    case "help":
      return <Help />;
    case "automation":
      return <AutomationDialog />;
    case "send":
      return <SendDialog choice={which.choice} reinforces={which.reinforces} />;
    case "report":
      return <ReportDialog then={which.then} />;
    case "move":
      return <MoveDialog incident={which.incident} to={which.to} />;
    case "merge":
      return <MergeDialog incident={which.incident} into={which.into} />;
    case "release":
      return <ReleaseDialog assignment={which.assignment} />;
    default:
      return null;
  }
}
