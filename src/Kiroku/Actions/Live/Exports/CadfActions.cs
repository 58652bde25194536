namespace Kiroku.Actions.Live.Exports;

/// <summary>CADF's words for actions and outcomes: one of its taxonomy's actions, then Kiroku's own name.</summary>
internal static class CadfActions
{
    public static string NameOf(string action) => action switch
    {
        ActionNames.Create or ActionNames.Delete or ActionNames.Start or ActionNames.Stop => action,
        ActionNames.Reboot or ActionNames.Unpause or ActionNames.Resume or ActionNames.Unshelve => $"start/{action}",
        ActionNames.Pause or ActionNames.Suspend or ActionNames.Shelve => $"stop/{action}",
        ActionNames.Lock => $"disable/{action}",
        ActionNames.Unlock => $"enable/{action}",
        ActionNames.CreateImage => $"capture/{action}",
        ActionNames.CreateBackup => $"backup/{action}",
        ActionNames.RevertResize => $"restore/{action}",
        _ => $"update/{action}",
    };

    public static string OutcomeOf(string outcome)
        => outcome == Outcomes.Running ? "pending" : Outcomes.IsError(outcome) ? "failure" : "success";
}
