using System.Collections.Frozen;

namespace Kiroku.Servers;

/// <summary>Every action that can be done to a server, by its name.</summary>
internal sealed class Workflows(IEnumerable<Workflow> all)
{
    private readonly FrozenDictionary<string, Workflow> byAction = all.ToFrozenDictionary(workflow => workflow.Action);

    public IEnumerable<string> Actions => byAction.Keys;

    public Workflow Of(string action) => byAction[action];
}
