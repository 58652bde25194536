using System.Collections.Frozen;
using Kiroku.Hypervisors;
using Kiroku.Servers.State;

namespace Kiroku.Servers.Engine;

/// <summary>Every action that can be done to a server, by its name.</summary>
internal sealed class Workflows(IEnumerable<Workflow> all)
{
    private readonly FrozenDictionary<string, Workflow> byAction = all.ToFrozenDictionary(workflow => workflow.Action);

    public IEnumerable<Workflow> All => byAction.Values;

    public Workflow Of(string action) => byAction[action];

    /// <summary>
    /// What must have been done to a server whose machine is in that state by itself; null for nothing.
    /// </summary>
    public Workflow? Behind(Server server, MachineState state)
        => byAction.Values.FirstOrDefault(workflow => workflow.Explains(server, state));
}
