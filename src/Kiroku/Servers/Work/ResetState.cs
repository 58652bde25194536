using System.Text.Json;
using Kiroku.Actions;

namespace Kiroku.Servers.Work;

/// <summary>
/// os-resetState: has an administrator say what a server is. The machine is not touched, so there are no steps; whatever
/// runs loses its place.
/// </summary>
internal sealed class ResetState : Workflow
{
    public override string Action => ActionNames.ResetState;

    protected override StateRule Allowed { get; } = StateRule.Any;

    public override bool TakesOver(ActionRequest request) => true;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [];

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = work.Arguments(ServerJson.Default.ResetStateArguments).State };

    protected override Task<Accepted> PrepareAsync(Server server, ActionRequest request, CancellationToken cancellationToken)
    {
        var state = request.ReadBody().GetProperty("os-resetState").GetProperty("state").GetString()!;
        return ShowTaskState(server, null, JsonSerializer.Serialize(new ResetStateArguments(state), ServerJson.Default.ResetStateArguments));
    }
}

/// <summary>The vm_state that the server is to have.</summary>
internal sealed record ResetStateArguments(string State);
