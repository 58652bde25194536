using System.Text.Json;
using Kiroku.Access;
using Kiroku.Actions;
using Kiroku.Api;
using Kiroku.Servers.Engine;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Work;

/// <summary>
/// os-resetState: lets an administrator set the state of a server. The machine is not touched, so there are no steps.
/// The action takes the place of the one that runs.
/// </summary>
internal sealed class ResetState : Workflow<ResetStateArguments>
{
    public static readonly Rule Rule = Rule.Admin("os_compute_api:os-admin-actions:reset_state");

    private const string Key = "os-resetState";

    private static readonly Schema Body = Schema.Body(
        Key, Schema.Object(("state", Schema.OneWordOf("active", "error"))) with { Required = ["state"] });

    public override string Action => ActionNames.ResetState;

    public override ActionRoute Route => new(Key, Rule) { Body = (_, _) => Body, PassesLocks = true };

    public override bool EndsBeforeAnswer => true;

    protected override StateRule Allowed { get; } = StateRule.Any;

    /// <summary>
    /// The hosts matter only to a server with two disks. One disk is given up, and the one that is left may lie on a
    /// host that is away.
    /// </summary>
    public override bool NeedsHosts(Server server, ActionRequest request) => server.Former is not null;

    public override IReadOnlyList<Step> Steps(ServerWork work) => [];

    public override Changes? BeginChanges(Server seen, Server begun) => ServerTraits.BeginWithState(seen, begun);

    public override Server Succeeded(ServerWork work)
        => work.Server with { VmState = work.Arguments<ResetStateArguments>().State };

    protected override ResetStateArguments ReadAsked(JsonElement asked, Microversion version)
        => new(asked.GetProperty("state").GetString()!);

    protected override bool TakesOver(ResetStateArguments asked) => true;

    protected override Task<Accepted> PrepareAsync(
        Server server, ResetStateArguments asked, ActionRequest request, CancellationToken cancellationToken)
        => Task.FromResult(new Accepted(server with { TaskState = null }, asked));
}

/// <summary>The vm_state that the server is to have.</summary>
internal sealed record ResetStateArguments(string State);
