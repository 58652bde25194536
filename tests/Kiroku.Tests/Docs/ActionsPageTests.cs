using System.Text.Json.Nodes;
using Kiroku.Tests.Servers;

namespace Kiroku.Tests.Docs;

/// <summary>The table in docs/actions.md shows what the shared tests find after each action.</summary>
public sealed class ActionsPageTests
{
    private const int Body = 1;
    private const int Events = 5;
    private const int EndsIn = 6;

    private static readonly string[][] Rows =
    [
        .. Page.Read("actions.md").Split('\n').Where(line => line.StartsWith("| `", StringComparison.Ordinal))
            .Select(line => line.Split('|', StringSplitOptions.TrimEntries)[1..]),
    ];

    [Theory]
    [MemberData(nameof(Scenario.All), MemberType = typeof(Scenario))]
    public void Each_action_has_a_row_with_its_events_and_its_end(string name)
    {
        var scenario = Scenario.Of(name);
        var key = JsonNode.Parse(scenario.Json)!.AsObject().Single().Key;

        Assert.Contains(Rows, row => row[Body].Contains($"\"{key}\"", StringComparison.Ordinal)
            && scenario.Events.All(step => row[Events].Contains($"`{step}`", StringComparison.Ordinal))
            && (row[EndsIn] == "as it was" || row[EndsIn].Contains(scenario.EndsIn, StringComparison.Ordinal)));
    }
}
