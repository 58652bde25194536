using System.CommandLine;

namespace Kiroku.CommandLine.ActionCommands;

/// <summary>
/// <c>kiroku actions …</c>: the live record of any service, signed in to as OpenStack's clients do.
/// </summary>
internal static class ActionsCommand
{
    public static Command Create(Surroundings surroundings) => new(
        "actions", "See, follow, cancel and export what a service did, signing in by clouds.yaml or OS_ variables.")
    {
        ListCommand.Create(surroundings),
        ShowCommand.Create(surroundings),
        WatchCommand.Create(surroundings),
        WaitCommand.Create(surroundings),
        CancelCommand.Create(surroundings),
        ExportCommand.Create(surroundings),
    };
}
