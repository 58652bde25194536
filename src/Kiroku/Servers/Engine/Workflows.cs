using System.Collections.Frozen;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Engine;

/// <summary>Every workflow, by the name of its action.</summary>
internal sealed class Workflows(IEnumerable<Workflow> all)
{
    private readonly FrozenDictionary<string, Workflow> byAction = all.ToFrozenDictionary(workflow => workflow.Action);

    public IEnumerable<Workflow> All => byAction.Values;

    public Workflow Of(string action) => byAction[action];

    /// <summary>The workflow of an action; null if it is complete once it is accepted.</summary>
    public Workflow? Find(string action) => byAction.GetValueOrDefault(action);

    /// <summary>
    /// The action that explains why a server's machine is in that state by itself; null if none does.
    /// </summary>
    public Workflow? FindExplanation(Server server, MachineState state)
        => byAction.Values.FirstOrDefault(workflow => workflow.Explains(server, state));
}
